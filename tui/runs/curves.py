"""The curves of a run, in a memory that does not grow with the run.

What lies close together is put together as it comes: from ``MOST_ROWS`` rows on, every two become
one, so a row is the mean of as many events as any other, with the least and the highest of them.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

AxisName = Literal["step", "tokens", "seconds"]
AXES: tuple[AxisName, ...] = ("step", "tokens", "seconds")
MOST_ROWS = 2048
"""More than the dots of a wide screen, by as much as one would zoom in."""
_NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Points:
    """A curve: of each row where it lies, its mean, its least and its highest value."""

    xs: array[float]
    means: array[float]
    lows: array[float]
    highs: array[float]


class Curves:
    """Feed it a run's events in order, in as many portions as they come."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        from engine.train.figures import Reader  # Not before the first paint.

        self._reader = Reader()
        self._tables: dict[str, _Table] = {}
        self._first = math.inf
        self._last = -math.inf

    def take(self, events: Iterable[dict[str, Any]]) -> bool:
        """Take in events; whether any held a figure."""
        changed = False
        for event in events:
            step = event.get("step")
            again = isinstance(step, int) and step <= self._first < self._last
            if again and event.get("type") != "state":
                self._begin()  # A resumed run has written its log anew, without what it does again.
            moment = self._reader.take(event)
            if moment is None:
                continue
            changed = True
            self._first, self._last = min(self._first, moment.step), moment.step
            table = self._tables.setdefault(moment.kind, _Table())
            table.add((moment.step, moment.tokens, moment.seconds), moment.figures)
        return changed

    @property
    def names(self) -> list[str]:
        """Of the figures, those of the training steps first."""
        return [*dict.fromkeys(name for table in self._tables.values() for name in table.columns)]

    def points(self, name: str, axis: AxisName) -> Points | None:
        """The curve of a figure, None where the run has none of it."""
        for table in self._tables.values():
            if name in table.columns:
                return table.points(name, AXES.index(axis))
        return None


class _Column:
    """A figure's rows; NaN where it has no value."""

    def __init__(self, rows: int) -> None:
        self.means, self.lows, self.highs = (array("f", [_NAN]) * rows for _ in range(3))

    def append(self, mean: float, low: float, high: float) -> None:
        self.means.append(mean)
        self.lows.append(low)
        self.highs.append(high)

    def cut(self, rows: int) -> None:
        del self.means[rows:], self.lows[rows:], self.highs[rows:]

    def halve(self) -> None:
        self.means = array("f", map(_mean, *_pairs(self.means)))
        self.lows = array("f", map(_least, *_pairs(self.lows)))
        self.highs = array("f", map(_most, *_pairs(self.highs)))


class _Table:
    """The events of one kind; what has not filled a row yet is kept beside them."""

    def __init__(self) -> None:
        self.places = [array("d") for _ in AXES]
        self.columns: dict[str, _Column] = {}
        self._stride = 1
        self._waiting: list[tuple[tuple[float, ...], dict[str, float]]] = []

    def add(self, place: tuple[float, ...], figures: dict[str, float]) -> None:
        """One more event; what was there of its step and later ones was done again."""
        if self._waiting and self._waiting[-1][0][0] >= place[0]:
            self._waiting = [each for each in self._waiting if each[0][0] < place[0]]
        if not self._waiting:
            self._cut(place[0])
        self._waiting.append((place, figures))
        if len(self._waiting) >= self._stride:
            self._close()

    def _cut(self, step: float) -> None:
        rows = len(self.places[0])
        while rows and self.places[0][rows - 1] >= step:
            rows -= 1
        if rows < len(self.places[0]):
            for place in self.places:
                del place[rows:]
            for column in self.columns.values():
                column.cut(rows)

    def _close(self) -> None:
        """Make a row of what waits."""
        waiting, self._waiting = self._waiting, []
        rows = len(self.places[0])
        for name in dict.fromkeys(name for _, figures in waiting for name in figures):
            if name not in self.columns:
                self.columns[name] = _Column(rows)
        for number, place in enumerate(self.places):
            place.append(sum(each[number] for each, _ in waiting) / len(waiting))
        for name, column in self.columns.items():
            column.append(*_row([figures[name] for _, figures in waiting if name in figures]))
        if rows + 1 >= 2 * MOST_ROWS:
            self._halve()

    def _halve(self) -> None:
        self._stride *= 2
        self.places = [array("d", map(_mean, *_pairs(place))) for place in self.places]
        for column in self.columns.values():
            column.halve()

    def points(self, name: str, axis: int) -> Points:
        """A figure's rows that have a value, and what waits to become one."""
        column, places = self.columns[name], self.places[axis]
        kept = [i for i, mean in enumerate(column.means) if not math.isnan(mean)]
        points = Points(
            array("d", [places[i] for i in kept]),
            array("f", [column.means[i] for i in kept]),
            array("f", [column.lows[i] for i in kept]),
            array("f", [column.highs[i] for i in kept]),
        )
        waiting = [
            (place[axis], figures[name]) for place, figures in self._waiting if name in figures
        ]
        if waiting:
            mean, low, high = _row([value for _, value in waiting])
            points.xs.append(sum(x for x, _ in waiting) / len(waiting))
            points.means.append(mean)
            points.lows.append(low)
            points.highs.append(high)
        return points


def _row(values: list[float]) -> tuple[float, float, float]:
    return (sum(values) / len(values), min(values), max(values)) if values else (_NAN,) * 3


def _pairs(values: array[float]) -> tuple[Iterator[float], Iterator[float]]:
    return iter(values[::2]), iter(values[1::2])


def _mean(one: float, other: float) -> float:
    return other if math.isnan(one) else one if math.isnan(other) else (one + other) / 2


def _least(one: float, other: float) -> float:
    return other if math.isnan(one) or other < one else one


def _most(one: float, other: float) -> float:
    return other if math.isnan(one) or other > one else one
