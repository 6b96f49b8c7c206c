"""Curves over training steps in braille dots, two to a column and four to a row.

Our own, and small, for the sake of typing: textual-plot takes 65 ms to redraw two curves of 300
points at 120x40 on a laptop core and brings in numpy; a key press must show within 50 ms while
this redraws. This takes about 2 ms.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from textual.content import Content
from textual.widget import Widget

from tui.braille import Canvas, bridged
from tui.format import grouped
from tui.runs.ticks import ticks

Points = Sequence[tuple[float, float]]

_LABEL_CELLS = 6
_LN_10 = math.log(10)

Stroke = Literal["solid", "dashed", "dotted"]
"""How a curve is drawn; those of one plot differ in it, not only in their colours."""

_IN_LEGEND: dict[Stroke, str] = {"solid": "━━", "dashed": "╍╍", "dotted": "┄┄"}
_DRAWN: dict[Stroke, tuple[int, int]] = {"solid": (1, 1), "dashed": (5, 8), "dotted": (1, 3)}
"""Of so many columns of dots, how many are set: (set, of)."""


@dataclass(frozen=True, slots=True)
class Series:
    """A curve."""

    name: str
    points: Points
    style: str
    stroke: Stroke = "solid"


@dataclass(frozen=True, slots=True)
class Axis:
    """What is measured upwards: on a logarithmic scale that fits the values, or a linear one.

    ``low`` and ``high`` are for linear ones; without ``high`` it is the highest value.
    """

    name: str = "loss"
    linear: bool = False
    low: float = 0.0
    high: float | None = None

    def place(self, value: float) -> float:
        """Where a value lies, in units of the axis."""
        return value if self.linear else math.log(max(value, 1e-6))

    def ticks(self, low: float, high: float, rows: int) -> dict[int, float]:
        """The rows of a plot that get a number, between the places of its edges."""
        if self.linear:
            return ticks(low, high, rows, log=False)
        return ticks(low / _LN_10, high / _LN_10, rows, log=True)

    def bounds(self, drawn: Sequence[Series]) -> tuple[float, float]:
        """The places of the lower and the upper edge."""
        values = [y for series in drawn for _, y in series.points if math.isfinite(y)] or [1.0]
        if self.linear:
            high = max(values) if self.high is None else self.high
            return self.low, max(high, self.low + 1e-3)
        low, high = self.place(min(values)), self.place(max(values))
        return (low, high) if high - low > 1e-3 else (low - 0.1, high + 0.1)


LOSS = Axis()


class Curve(Widget):
    """Draws its series over a common range; the first series lies on top."""

    def __init__(self, axis: Axis = LOSS, *, css_id: str = "curve") -> None:
        super().__init__(id=css_id)
        self.axis = axis
        self.series: tuple[Series, ...] = ()
        self.x_min, self.x_max = 0.0, 1.0

    def plot(self, series: Sequence[Series], x_max: float, *, x_min: float = 0.0) -> None:
        """Show other data: steps from ``x_min`` to ``x_max``, values above 0."""
        before = (self.series, self.x_min, self.x_max)
        self.x_min, self.x_max = x_min, max(x_min + 1.0, x_max)
        self.series = tuple(
            replace(one, points=[point for point in one.points if point[0] >= x_min])
            for one in series
        )
        if before != (self.series, self.x_min, self.x_max):
            self.refresh()

    def render(self) -> Content:
        """Legend, plot, axis."""
        width, height = self.size.width - _LABEL_CELLS - 1, self.size.height - 3
        drawn = [series for series in self.series if series.points]
        if not drawn or width < 8 or height < 2:
            return Content.styled("The curve begins with the first step.", "$quiet")
        low, high = self.axis.bounds(drawn)
        canvas = Canvas(width, height)
        for series in reversed(drawn):
            bins = binned(series.points, canvas.width, self.x_max, x_min=self.x_min)
            _draw(canvas, series, bins, self.axis, low, high)
        marked = self.axis.ticks(low, high, height)
        lines = [self._legend(drawn)]
        for y, row in enumerate(canvas.rows()):
            edge = f"{marked[y]:>{_LABEL_CELLS}.4g}┤" if y in marked else " " * _LABEL_CELLS + "│"
            lines.append(Content.assemble((edge, "$quiet"), *row))
        lines += self._axis(width)
        return Content("\n").join(lines)

    def _legend(self, drawn: Sequence[Series]) -> Content:
        name = f"{self.axis.name:>{_LABEL_CELLS}}  "
        parts: list[Content | str | tuple[str, str]] = [(name, "$quiet")]
        for series in drawn:
            parts += [(f"{_IN_LEGEND[series.stroke]} ", series.style)]
            parts += [(f"{series.name}   ", "$quiet")]
        return Content.assemble(*parts)

    def _axis(self, width: int) -> list[Content]:
        line = " " * _LABEL_CELLS + "└" + "─" * width
        begin, end = grouped(round(self.x_min)), grouped(round(self.x_max))
        numbers = begin + f"step {end}".rjust(width - len(begin))
        return [
            Content.styled(line, "$quiet"),
            Content.styled(" " * (_LABEL_CELLS + 1) + numbers, "$quiet"),
        ]


def binned(points: Points, columns: int, x_max: float, *, x_min: float = 0.0) -> list[float | None]:
    """The mean of the values in each of ``columns`` equal stretches of ``x_min`` to ``x_max``."""
    sums, counts = [0.0] * columns, [0] * columns
    for x, y in points:
        if math.isfinite(y):
            column = min(columns - 1, max(0, int((x - x_min) / (x_max - x_min) * columns)))
            sums[column] += y
            counts[column] += 1
    means = [total / n if n else None for total, n in zip(sums, counts, strict=True)]
    return bridged(means)


def _draw(
    canvas: Canvas,
    series: Series,
    bins: Sequence[float | None],
    axis: Axis,
    low: float,
    high: float,
) -> None:
    """Set the dots of a curve; gaps are left out, and a dotted one joins nothing."""
    before: int | None = None
    n_set, of = _DRAWN[series.stroke]
    for x, value in enumerate(bins):
        if value is None:
            continue
        share = (high - axis.place(value)) / (high - low)
        y = round(max(0.0, min(1.0, share)) * (canvas.height - 1))
        start = y if before is None or series.stroke == "dotted" else before
        for dot in range(min(y, start), max(y, start) + 1) if x % of < n_set else ():
            canvas.dot(x, dot, series.style)
        before = y
