"""Braille dots as pixels: two to a cell and four to its height."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
WIDE, HIGH = 2, 4
"""Dots of a cell."""


class Canvas:
    """Dots from the upper left corner; a cell has the style of the dot that was set last."""

    def __init__(self, columns: int, rows: int) -> None:
        self.width, self.height = columns * WIDE, rows * HIGH
        self._cells: list[list[tuple[int, str]]] = [[(0, "")] * columns for _ in range(rows)]

    def dot(self, x: int, y: int, style: str) -> None:
        """Set a dot."""
        bits, _ = self._cells[y // HIGH][x // WIDE]
        self._cells[y // HIGH][x // WIDE] = (bits | _DOTS[x % WIDE][y % HIGH], style)

    def rows(self) -> list[list[tuple[str, str]]]:
        """Each row's cells as (text, style), neighbours of one style together."""
        return [_runs(row) for row in self._cells]


def _runs(row: Sequence[tuple[int, str]]) -> list[tuple[str, str]]:
    runs: list[tuple[str, str]] = []
    for bits, style in row:
        text = chr(0x2800 + bits) if bits else " "
        if runs and (runs[-1][1] == style or not bits):
            runs[-1] = (runs[-1][0] + text, runs[-1][1])
        else:
            runs.append((text, style))
    return runs


def bridged(values: list[float | None]) -> list[float | None]:
    """Gaps between two values filled on the straight line; the ends stay as they are."""
    filled = list(values)
    known = [index for index, value in enumerate(values) if value is not None]
    for left, right in pairwise(known):
        start, end = values[left], values[right]
        assert start is not None
        assert end is not None
        for index in range(left + 1, right):
            filled[index] = start + (end - start) * (index - left) / (right - left)
    return filled
