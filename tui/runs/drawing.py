"""What a plot draws of curves: smoothed, within what is zoomed to, binned to the dots there are."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tui.braille import bridged
from tui.runs.curves import Points

SMOOTHINGS = (0.0, 0.3, 0.6, 0.8, 0.9, 0.95, 0.98, 0.99)
"""Shares of the average that are kept over one ``_STRETCHES``th of the longest curve."""
_STRETCHES = 500
MOST_DRAWN = 768
"""Rows that are drawn of a curve, about: more of them than dots would only take time."""
_SPIKES = 0.02
"""Share of the values at either end that may lie outside: one spike would flatten the rest."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A curve that can be drawn."""

    letter: str
    name: str
    style: str
    points: Points
    smooth: Sequence[float]
    """In place of the means."""
    coarse: Drawn | None = None
    """The same in half as many rows, where there are many."""

    def level(self, span: Span) -> Drawn:
        """The curve in as many rows as are worth drawing of a stretch."""
        left, right = _within(self.points.xs, span)
        if self.coarse is None or right - left <= MOST_DRAWN:
            return self
        return self.coarse.level(span)

    def at(self, x: float) -> float | None:
        """The smoothed value of the row that lies next to ``x``; None outside of the curve."""
        xs = self.points.xs
        if not xs or not xs[0] <= x <= xs[-1]:
            return None
        right = bisect_left(xs, x)
        left = max(0, right - 1)
        return self.smooth[left if x - xs[left] < xs[right] - x else right]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the lower axis."""

    low: float
    high: float

    @property
    def width(self) -> float:
        """How long it is; never 0."""
        return max(self.high - self.low, 1e-9)

    def zoomed(self, about: float, factor: float, whole: Span) -> Span:
        """A stretch ``factor`` times as long in which ``about`` keeps its place, within ``whole``.

        A hundredth of the whole is the least.
        """
        width = min(whole.width, max(whole.width / 100, self.width * factor))
        low = about - (about - self.low) / self.width * width
        low = min(max(low, whole.low), whole.high - width)
        return Span(low, low + width)

    def moved(self, by: float, whole: Span) -> Span:
        """The stretch beside it, as far as there is one."""
        low = min(max(self.low + by, whole.low), whole.high - self.width)
        return Span(low, low + self.width)


def drawable(letter: str, name: str, style: str, points: Points, smooth: Sequence[float]) -> Drawn:
    """A curve, and what is drawn of it where it is seen from afar."""
    coarse = None
    if len(points.xs) > MOST_DRAWN:
        half = Points(
            array("d", _halved(points.xs, _mean)),
            array("f", _halved(points.means, _mean)),
            array("f", _halved(points.lows, min)),
            array("f", _halved(points.highs, max)),
        )
        coarse = drawable(letter, name, style, half, _halved(smooth, _mean))
    return Drawn(letter, name, style, points, smooth, coarse)


def _halved(values: Sequence[float], join: Callable[[float, float], float]) -> list[float]:
    """Each two as one; the last one stays where it is left over."""
    halved = [*map(join, values[::2], values[1::2])]
    return [*halved, *values[-1:]] if len(values) % 2 else halved


def _mean(one: float, other: float) -> float:
    return (one + other) / 2


def smoothed(points: Points, keep: float, length: float) -> list[float]:
    """The running average of a curve's means, whose weights fall with the distance.

    Args:
        points: the curve.
        keep: how much of the average is kept over one ``_STRETCHES``th of ``length``; 0: nothing.
        length: of the longest curve, so that all are smoothed alike, however dense their rows.
    """
    if keep <= 0:
        return list(points.means)
    unit = max(length / _STRETCHES, 1e-12)
    smooth, total, weight, before = [], 0.0, 0.0, None
    for x, value in zip(points.xs, points.means, strict=True):
        kept = keep ** ((x - before) / unit) if before is not None else 0.0
        # Divided by its weight, the average does not begin at 0.
        total = total * kept + value * (1 - kept)
        weight = weight * kept + (1 - kept)
        if weight <= 0:
            total, weight = value, 1.0  # Two rows at one place.
        smooth.append(total / weight)
        before = x
    return smooth


def whole_of(drawn: Sequence[Drawn]) -> Span:
    """Where the curves lie."""
    with_points = [each.points.xs for each in drawn if each.points.xs]
    if not with_points:
        return Span(0.0, 1.0)
    low, high = min(xs[0] for xs in with_points), max(xs[-1] for xs in with_points)
    return Span(low, high) if high > low else Span(low - 0.5, low + 0.5)


def heights(drawn: Sequence[Drawn], span: Span, *, log: bool) -> tuple[float, float]:
    """The lower and the upper edge: all of the smoothed values, and of the others all but spikes.

    On a logarithmic scale those are logarithms.
    """
    smooth: list[float] = []
    raw: list[float] = []
    for each in drawn:
        level = each.level(span)
        left, right = _within(level.points.xs, span)
        smooth += level.smooth[left:right]
        raw += level.points.lows[left:right]
        raw += level.points.highs[left:right]
    spikes = int(len(raw) * _SPIKES)
    values = smooth + sorted(raw)[spikes : len(raw) - spikes]
    if log:
        values = [math.log10(value) for value in values if value > 0]
    if not values:
        return 0.0, 1.0
    low, high = min(values), max(values)
    margin = max(abs(high), 1e-9) * 0.05 if high - low < 1e-12 else (high - low) * 0.02
    return low - margin, high + margin


def can_be_log(drawn: Sequence[Drawn]) -> bool:
    """Whether there is a value that has a logarithm, and none that has not."""
    lows = [min(each.points.lows) for each in drawn if each.points.lows]
    return bool(lows) and min(lows) > 0


@dataclass(frozen=True, slots=True)
class Binned:
    """A curve's dots, one column each: a line, and the band that all its values lie in."""

    line: list[float | None]
    lows: list[float | None]
    highs: list[float | None]


def binned(each: Drawn, span: Span, columns: int) -> Binned:
    """Put a curve's rows in columns; the line goes on over those that none lies in."""
    level = each.level(span)
    left, right = _within(level.points.xs, span)
    rows: list[list[int]] = [[] for _ in range(columns)]
    scale, last = columns / span.width, columns - 1
    for i, x in enumerate(level.points.xs[left:right], left):
        rows[min(last, int((x - span.low) * scale))].append(i)
    smooth, lows, highs = level.smooth, level.points.lows, level.points.highs
    means = [sum(smooth[i] for i in at) / len(at) if at else None for at in rows]
    return Binned(
        bridged(means),
        [min(lows[i] for i in at) if at else None for at in rows],
        [max(highs[i] for i in at) if at else None for at in rows],
    )


def _within(xs: Sequence[float], span: Span) -> tuple[int, int]:
    return bisect_left(xs, span.low), bisect_right(xs, span.high)
