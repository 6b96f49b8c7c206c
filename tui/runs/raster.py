"""Curves as cells: braille dots for lines and their bands, a letter where each curve ends."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from tui.braille import HIGH, WIDE, Canvas
from tui.runs.drawing import Binned, Drawn, Span, binned, heights

Cell = tuple[str, str]
"""A sign and its style."""
_Place = Callable[[float], float]


class Raster(NamedTuple):
    """What curves look like; on a logarithmic scale the edges are logarithms."""

    low: float
    high: float
    cells: Sequence[Sequence[Cell]]


def rasterized(
    drawn: Sequence[Drawn],
    span: Span,
    size: tuple[int, int],
    *,
    log: bool,
    faint: Callable[[str], str],
) -> Raster:
    """Draw curves.

    Args:
        drawn: the curves; the first lies on top.
        span: of the lower axis.
        size: columns and rows of cells.
        log: whether the scale is logarithmic.
        faint: the style of the band behind a line of a style.
    """
    low, high = heights(drawn, span, log=log)
    canvas = Canvas(*size)
    factor = (canvas.height - 1) / (high - low)

    def place(value: float) -> float:
        """In dots from the top, beyond the canvas where it does not fit."""
        if log:
            value = math.log10(value) if value > 0 else -math.inf
        return min(max((high - value) * factor, -float(canvas.height)), 2.0 * canvas.height)

    bins = [binned(each, span, canvas.width) for each in drawn]
    for each, found in zip(drawn, bins, strict=True):
        _band(canvas, found, place, faint(each.style))
    for each, found in reversed(list(zip(drawn, bins, strict=True))):
        _line(canvas, found, place, each.style)
    cells = [[(sign, style) for text, style in row for sign in text] for row in canvas.rows()]
    _put_letters(cells, drawn, bins, place)
    return Raster(low, high, cells)


def _band(canvas: Canvas, found: Binned, place: _Place, style: str) -> None:
    """All values of each column: every other dot, so that it is fainter without colours too."""
    for x, (low, high) in enumerate(zip(found.lows, found.highs, strict=True)):
        if low is not None and high is not None and low < high:
            top, bottom = max(0, round(place(high))), min(canvas.height - 1, round(place(low)))
            for y in range(top + (top + x) % 2, bottom + 1, 2):
                canvas.dot(x, y, style)


def _line(canvas: Canvas, found: Binned, place: _Place, style: str) -> None:
    before: int | None = None
    for x, value in enumerate(found.line):
        if value is None:
            continue
        y = min(canvas.height - 1, max(0, round(place(value))))
        start = y if before is None else before
        for dot in range(min(y, start), max(y, start) + 1):
            canvas.dot(x, dot, style)
        before = y


def _put_letters(
    cells: list[list[Cell]], drawn: Sequence[Drawn], bins: Sequence[Binned], place: _Place
) -> None:
    """Each curve's letter at its end, and once more at another place than those of the others."""
    n = len(bins)
    for number, (each, found) in enumerate(zip(drawn, bins, strict=True)):
        known = [x for x, value in enumerate(found.line) if value is not None]
        if not known:
            continue
        inner = known[min(len(known) - 1, int(len(known) * (number + 1) / (n + 1)))]
        for x in (known[-1], inner):
            value = found.line[x]
            assert value is not None
            row = cells[min(len(cells) - 1, max(0, round(place(value)) // HIGH))]
            column = x // WIDE
            while column > 1 and row[column][0].isalpha():
                column -= 2
            row[column] = (each.letter, f"bold {each.style}")
