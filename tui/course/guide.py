"""Where somebody is in a course: the step that is on, what has come true, what was done before."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tui.course.facts import Fact
from tui.course.steps import Course, Step
from tui.course.words import with_values

State = Literal["done", "on", "open"]
MOST_REMEMBERED = 200
"""Facts of this visit that a check may look back at."""


@dataclass(slots=True)
class Guide:
    """Takes facts and says what they make true.

    Args:
        course: the steps.
        said: by the ids of the steps that are done, what was said then.
        recent: what came true in this visit already.
    """

    course: Course
    said: dict[str, str] = field(default_factory=dict)
    recent: deque[Fact] = field(default_factory=lambda: deque(maxlen=MOST_REMEMBERED))
    step: Step | None = None
    """The one that is on, or was done last."""
    found: dict[str, Fact] = field(default_factory=dict)
    """What has come true of it, by the names of its checks."""
    complete: bool = False
    """Whether all of it has."""

    def state(self, step: Step) -> State:
        """``on`` also for a step that was done once and is gone through again."""
        if step is self.step and not self.complete:
            return "on"
        return "done" if step.id in self.said else "open"

    @property
    def n_done(self) -> int:
        """Steps that are done."""
        return sum(step.id in self.said for step in self.course.steps)

    @property
    def proposed(self) -> Step:
        """Where to go on: the step that is on, else the next that is not done, else the first."""
        steps = self.course.steps
        if self.step is not None and not self.complete:
            return self.step
        start = steps.index(self.step) + 1 if self.step is not None else 0
        in_turn = (*steps[start:], *steps[:start])
        return next((step for step in in_turn if step.id not in self.said), in_turn[0])

    def begin(self, step: Step, found: Mapping[str, Fact] | None = None) -> None:
        """Go to a step; what it finds come true already counts where it says so.

        Args:
            step: where to go.
            found: what had come true of it when it was left, by the names of its checks; a check
                that is another one since has to be met anew.
        """
        by_name = {check.name: check for check in step.checks}
        same = {
            name: fact
            for name, fact in (found or {}).items()
            if name in by_name and by_name[name].met_by(fact)
        }
        self.step, self.found, self.complete = step, same, False
        for fact in self.recent:
            self._match(fact, before=True)
        self._settle()

    def leave(self) -> None:
        """No step is on any more."""
        self.step, self.found, self.complete = None, {}, False

    def take(self, fact: Fact) -> bool:
        """Take a fact; whether it makes another check of the step come true."""
        self.recent.append(fact)
        if self.step is None or self.complete or not self._match(fact):
            return False
        self._settle()
        return True

    def _match(self, fact: Fact, *, before: bool = False) -> bool:
        """Keep a fact for the first check that it meets and that none has met yet."""
        assert self.step is not None
        for check in self.step.checks:
            if check.name not in self.found and check.before >= before and check.met_by(fact):
                self.found[check.name] = fact
                return True
        return False

    def _settle(self) -> None:
        step = self.step
        if step is not None and len(self.found) == len(step.checks):
            self.complete = True
            self.said[step.id] = with_values(step.done, self.found)

    @property
    def evidence(self) -> Mapping[str, Mapping[str, object]]:
        """What has come true of the step, to be kept."""
        return {name: dict(fact.values) for name, fact in self.found.items()}
