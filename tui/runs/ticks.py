"""Round numbers along the left edge of a plot."""

from __future__ import annotations

import math
from collections.abc import Iterator

_ROUND = (1.0, 2.0, 5.0, 10.0)
_ROWS_EACH = 2
"""Rows of a plot for each number, at least."""


def ticks(low: float, high: float, rows: int, *, log: bool) -> dict[int, float]:
    """The rows that get a number, from the top, and the number.

    Args:
        low: the lower edge; on a logarithmic scale, its logarithm to base ten.
        high: the upper edge.
        rows: of the plot.
        log: whether the scale is logarithmic.
    """
    most = max(2, rows // _ROWS_EACH)
    values = list(_decades(low, high, most)) if log else list(_steps(low, high, most))
    found: dict[int, float] = {}
    for value in values:
        place = math.log10(value) if log else value
        row = min(rows - 1, int((high - place) / (high - low) * rows))
        found.setdefault(row, value)
    return found


def _steps(low: float, high: float, most: int) -> Iterator[float]:
    """The multiples of a round step between the edges, from the highest down."""
    least = (high - low) / most
    power = 10.0 ** math.floor(math.log10(least))
    step = next(each * power for each in _ROUND if each * power >= least * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    # Divided and not multiplied where the step is a fraction: 3 * 0.1 is no round number.
    for number in range(last, first - 1, -1):
        yield number / round(1 / step) if step < 1 else number * step


def _decades(low: float, high: float, most: int) -> Iterator[float]:
    """Powers of ten, with twos and fives between them where there is room.

    Within a decade steps that are round without the logarithm; where rows are few, every second
    power or fewer.
    """
    powers = range(math.floor(low), math.ceil(high) + 1)
    for factors in ((1, 2, 5), (1,)):
        values = [factor * 10.0**power for power in powers for factor in factors]
        within = [value for value in values if low - 1e-9 <= math.log10(value) <= high + 1e-9]
        if 2 <= len(within) <= most:
            yield from reversed(within)
            return
    if high - low < 1:
        yield from _steps(10.0**low, 10.0**high, most)
    else:
        yield from (10.0**place for place in _steps(low, high, most))
