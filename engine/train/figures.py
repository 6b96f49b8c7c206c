"""The figures that a run's events hold, by name, each with where in the training it was taken."""

from __future__ import annotations

import contextlib
import math
import statistics
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.runs import EventTail

_OF_KIND = {"step": "", "eval": "", "rl": "", "rl_eval": "held_out/", "development": "development/"}
"""Kinds of events that hold figures, and what their names begin with."""
_PLACES = frozenset({"type", "step", "tokens", "elapsed_s"})
_OF_STEP = frozenset({"loss", "lr", "grad_norm"})
"""An ``rl`` event says these once more."""
MOST_FIGURES = 64
"""Of a run; a file that names more was not written by a training."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What one event tells."""

    kind: str
    step: int
    tokens: float
    """Learned from so far."""
    seconds: float
    """At work so far, over all processes that went on with the run."""
    figures: dict[str, float]


class Reader:
    """Takes the events of a run in order.

    An evaluation says neither tokens nor time: it was made at those of the step before it.
    """

    def __init__(self) -> None:
        self._tokens = self._seconds = self._before = self._clock = 0.0
        self._names: set[str] = set()

    def take(self, event: dict[str, Any]) -> Moment | None:
        """The figures of an event, None where it has none."""
        kind, step = event.get("type"), event.get("step")
        if not isinstance(kind, str) or kind not in _OF_KIND:
            return None
        if not isinstance(step, int) or isinstance(step, bool) or step < 0:
            return None
        self._move(event)
        figures = _named(kind, event)
        if not self._names.issuperset(figures):
            figures = {name: value for name, value in figures.items() if self._knows(name)}
        if not figures:
            return None
        return Moment(kind, step, self._tokens, self._seconds, figures)

    def _move(self, event: dict[str, Any]) -> None:
        tokens, clock = number(event.get("tokens")), number(event.get("elapsed_s"))
        if tokens is not None:
            self._tokens = tokens
        if clock is not None:
            # The clock of each process that goes on with a run begins anew.
            self._before += self._clock if clock < self._clock else 0.0
            self._clock = clock
            self._seconds = self._before + clock

    def _knows(self, name: str) -> bool:
        if name not in self._names and len(self._names) < MOST_FIGURES:
            self._names.add(name)
        return name in self._names


def moments(events: Iterable[dict[str, Any]]) -> Iterator[Moment]:
    """The figures of events, in their order."""
    reader = Reader()
    for event in events:
        moment = reader.take(event)
        if moment is not None:
            yield moment


def moments_of(run: Path) -> Iterator[Moment]:
    """The figures of a run's folder, or of a checkpoint's, read a portion at a time."""
    tail = EventTail(run) if (run / "events.jsonl").is_file() else EventTail(run, "curve.jsonl")
    return moments(event for portion in tail.portions() for event in portion)


def number(value: object) -> float | None:
    """A finite number that a file may hold, or None where it holds something else."""
    if type(value) is float:  # which it is nearly always; a log may hold millions
        return value if math.isfinite(value) else None
    if isinstance(value, int) and not isinstance(value, bool):
        with contextlib.suppress(OverflowError):  # a whole number beyond all floats
            return float(value)
    return None


def _named(kind: str, event: dict[str, Any]) -> dict[str, float]:
    if kind == "rl_eval":
        return _held_out(event.get("tasks"))
    begin, skipped = _OF_KIND[kind], _PLACES | _OF_STEP if kind == "rl" else _PLACES
    found: dict[str, float] = {}
    for name, given in event.items():
        if name in skipped:
            continue
        if isinstance(given, dict):
            parts = {f"{begin}{name}/{part}": number(value) for part, value in given.items()}
            found |= {part: value for part, value in parts.items() if value is not None}
            continue
        value = number(given)
        if value is not None:
            found[begin + name] = value
    return found


def _held_out(tasks: Any) -> dict[str, float]:
    """Of every task, and the means of what they have in common."""
    scores = tasks if isinstance(tasks, dict) else {}
    found: dict[str, float] = {}
    for figure in ("pass_at_1", "pass_at_k", "length"):
        each = {
            str(task): number(score.get(figure))
            for task, score in scores.items()
            if isinstance(score, dict)
        }
        known = {task: value for task, value in each.items() if value is not None}
        if known:
            found[f"held_out/{figure}"] = statistics.fmean(known.values())
        found |= {f"held_out/{figure}/{task}": value for task, value in known.items()}
    return found
