"""Curves within the unit square: what is drawn, and the dots of it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tui.braille import Canvas

_DOTTED_EVERY = 4

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Line:
    """A curve through points whose coordinates are 0 to 1; ``marked`` ones have a blot at each."""

    points: Sequence[Point]
    style: str
    dotted: bool = False
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Plot:
    """What is drawn: ``empty`` is said where no line has a point."""

    title: str
    across: str
    up: str
    lines: Sequence[Line] = ()
    empty: str = ""
    top: float = 1.0
    """The value at the upper edge; the right edge is 1."""


def draw(canvas: Canvas, line: Line, top: float = 1.0) -> None:
    """Set the dots of a line; what lies outside of the square is drawn at its edge."""
    placed = [
        (_dot(x, canvas.width), canvas.height - 1 - _dot(y / top, canvas.height))
        for x, y in line.points
        if math.isfinite(x) and math.isfinite(y)
    ]
    for start, end in pairwise(placed):
        for number, (x, y) in enumerate(_between(start, end)):
            if not (line.dotted and number % _DOTTED_EVERY):
                canvas.dot(x, y, line.style)
    for x, y in placed if line.marked else ():
        for beside_x in range(max(0, x - 1), min(canvas.width, x + 2)):
            for beside_y in range(max(0, y - 1), min(canvas.height, y + 2)):
                canvas.dot(beside_x, beside_y, line.style)


def _dot(share: float, size: int) -> int:
    return round(max(0.0, min(1.0, share)) * (size - 1))


def _between(start: tuple[int, int], end: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """The dots of a straight line, both ends included."""
    steps = max(abs(end[0] - start[0]), abs(end[1] - start[1]))
    for step in range(steps + 1):
        share = step / steps if steps else 0.0
        yield (
            round(start[0] + (end[0] - start[0]) * share),
            round(start[1] + (end[1] - start[1]) * share),
        )
