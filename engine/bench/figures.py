"""Figures from turns: medians over rounds, and ratios within rounds. No torch."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median
from typing import Any

from engine.bench.turn import Turn

Ids = Sequence[Sequence[int]]


def rounded(value: float, digits: int = 4) -> float:
    """To so many significant digits: a measurement has no more."""
    if not value:
        return 0.0
    return round(value, digits - 1 - math.floor(math.log10(abs(value))))


def median_ratio(above: Sequence[float], below: Sequence[float]) -> float:
    """The median over rounds of ``above / below``, each pair taken in the same round.

    A machine that is slow in one round is slow for both.
    """
    return rounded(median(a / b for a, b in zip(above, below, strict=True)))


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` of the values do not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def peak(turns: Sequence[Turn]) -> int | None:
    """The most memory over some turns; None where the system does not say."""
    known = [turn["peak_bytes"] for turn in turns if turn["peak_bytes"] is not None]
    return max(known, default=None)


def sameness(ours: Sequence[Ids], theirs: Sequence[Ids]) -> dict[str, Any]:
    """How far two contenders' tokens agree, and where they part first.

    Args:
        ours: tokens of each row, for each round.
        theirs: of the same prompts.

    Returns:
        ``share`` of tokens that are equal, ``identical``, and ``first_difference`` (the place of
        the token, counted from 0, and the two ids) or None.
    """
    n_same = n_all = 0
    first: dict[str, int] | None = None
    for number, (rows, other_rows) in enumerate(zip(ours, theirs, strict=True)):
        for row, (ids, other_ids) in enumerate(zip(rows, other_rows, strict=True)):
            for token, (a, b) in enumerate(zip(ids, other_ids, strict=True)):
                n_all += 1
                n_same += a == b
                if a != b and first is None:
                    first = {"round": number, "row": row, "token": token, "ours": a, "theirs": b}
    return {
        "share": rounded(n_same / n_all, 6),
        "identical": n_same == n_all,
        "first_difference": first,
    }
