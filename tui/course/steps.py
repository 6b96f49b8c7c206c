"""What a course is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tui.course.conditions import Check


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One step: what it says, how it sets the lab up, and what has to come true."""

    id: str
    title: str
    part: str
    """Of the lecture."""
    text: str
    """What is going on, why, what to look at."""
    pane: str
    """Where it takes place."""
    action: str
    """The one thing to do; ``{key:compare.mode}`` stands for a key."""
    checks: tuple[Check, ...]
    """All of them have to come true."""
    done: str
    """What is said then; ``{answer.text}`` stands for a value of what came true."""
    hint: str = ""
    setup: Mapping[str, Any] = field(default_factory=dict)
    """See ``setups``."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Course:
    """Steps, in order."""

    id: str
    """Under which progress is kept: its folder's name."""
    steps: tuple[Step, ...]

    def place(self, step: Step) -> int:
        """1 for the first."""
        return self.steps.index(step) + 1

    def named(self, id_: str) -> Step | None:
        """A step by its id."""
        return next((step for step in self.steps if step.id == id_), None)

    def after(self, step: Step) -> Step | None:
        """The one that follows."""
        place = self.place(step)
        return self.steps[place] if place < len(self.steps) else None
