"""A run's figures as they come: what each step gave, and how it does on held-out problems."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tui.format import finite

Points = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Step:
    """The figures of one step on its training problems; what the file lacks is not among them."""

    step: int
    values: dict[str, float]
    parts: dict[str, float]
    """Means of the reward's named parts."""


@dataclass(frozen=True, slots=True)
class Score:
    """Of one task's held-out problems; None where the file has no number."""

    pass_at_1: float | None
    pass_at_k: float | None
    k: int
    length: float | None
    n: int
    """Problems."""


NO_SCORE = Score(None, None, 0, None, 0)


@dataclass(frozen=True, slots=True)
class HeldOut:
    """One evaluation."""

    step: int
    tasks: dict[str, Score]

    @property
    def pass_at_1(self) -> float | None:
        """The mean over the tasks."""
        return _mean(score.pass_at_1 for score in self.tasks.values())

    @property
    def pass_at_k(self) -> float | None:
        """The mean over the tasks."""
        return _mean(score.pass_at_k for score in self.tasks.values())


@dataclass(slots=True)
class RlHistory:
    """Feed it the events of a run in order, in as many portions as they come."""

    steps: list[Step] = field(default_factory=list)
    evals: list[HeldOut] = field(default_factory=list)

    @property
    def has_begun(self) -> bool:
        """Whether anything was told."""
        return bool(self.steps or self.evals)

    def take(self, events: Iterable[dict[str, Any]]) -> bool:
        """Take in events; whether there is anything new. What is no event of ours is left out."""
        changed = False
        for event in events:
            step = event.get("step")
            if not isinstance(step, int) or isinstance(step, bool):
                continue
            if event.get("type") == "rl":
                self._drop_repeated(step)
                self.steps.append(Step(step, _numbers(event), _numbers(event.get("reward_parts"))))
                changed = True
            elif event.get("type") == "rl_eval" and isinstance(event.get("tasks"), dict):
                while self.evals and self.evals[-1].step >= step:
                    self.evals.pop()
                scores = {str(name): _score(value) for name, value in event["tasks"].items()}
                self.evals.append(HeldOut(step, scores))
                changed = True
        return changed

    def _drop_repeated(self, step: int) -> None:
        """A resumed run writes again what came after its last state."""
        while self.steps and self.steps[-1].step >= step:
            self.steps.pop()
        while self.evals and self.evals[-1].step > step:
            self.evals.pop()

    def series(self, name: str) -> Points:
        """(step, value) of a figure of the training problems."""
        return [(step.step, step.values[name]) for step in self.steps if name in step.values]

    @property
    def at_first(self) -> HeldOut | None:
        """The evaluation before the first attempts: what a cold start taught is not their doing."""
        attempted = self.steps[0].step if self.steps else 0
        before = [each for each in self.evals if each.step < attempted]
        return next(iter([*before[-1:], *self.evals]), None)

    def held_out(self, name: str) -> Points:
        """(step, mean over the tasks) of ``pass_at_1`` or ``pass_at_k`` on held-out problems."""
        found = ((each.step, getattr(each, name)) for each in self.evals)
        return [(step, value) for step, value in found if value is not None]

    @property
    def k(self) -> int:
        """Attempts that pass@k counts; 0 where nothing was evaluated."""
        scores = self.evals[-1].tasks.values() if self.evals else ()
        return max((score.k for score in scores), default=0)


def _numbers(values: Any) -> dict[str, float]:
    if not isinstance(values, dict):
        return {}
    found = ((str(name), finite(value)) for name, value in values.items())
    return {name: value for name, value in found if value is not None}


def _score(values: Any) -> Score:
    numbers = _numbers(values)
    return Score(
        pass_at_1=numbers.get("pass_at_1"),
        pass_at_k=numbers.get("pass_at_k"),
        k=int(numbers.get("k", 0)),
        length=numbers.get("length"),
        n=int(numbers.get("n", 0)),
    )


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.fmean(known) if known else None
