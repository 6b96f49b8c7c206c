"""What is drawn at the problems of one step, by either side of ``bench rollouts``. No torch.

``draw`` of both answers with ``Attempts``; ``learn`` of ours with ``Learnt``.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from statistics import fmean, variance
from typing import Any, TypedDict

from engine.bench.figures import rounded

ERRORS = 3.0
"""Standard errors that two means may differ by and still be called the same."""

Lengths = Sequence[Sequence[int]]
"""Tokens drawn in each attempt, a sequence for each problem."""


class Attempts(TypedDict):
    """The attempts of one round."""

    seconds: float
    lengths: list[list[int]]
    """Of each attempt at each problem: its tokens up to the stop token, which counts."""


class Ours(Attempts):
    """Attempts of ours, and what they were at."""

    prompts: list[list[int]]
    """Ids of each problem's prompt."""


class Learnt(TypedDict):
    """What came of learning from the attempts of one round."""

    seconds: float
    n_positions: int
    """Tokens that gradients were computed on."""
    sampler_gap: float
    """Nats a token, see ``engine.rl.learning``."""


class Rules(TypedDict):
    """What a side that is not ours must be told to draw the same."""

    max_tokens: int
    stop_ids: list[int]
    never: list[int]
    """Ids that are left out of every draw."""
    rows: int
    """Attempts that ours draws together."""


def drawn_length(ids: Sequence[int], stop_ids: Collection[int]) -> int:
    """Tokens up to the first stop token, which counts; all of them without one."""
    return next((i for i, token in enumerate(ids, 1) if token in stop_ids), len(ids))


def tokens_per_s(turn: Attempts) -> float:
    """Tokens that were drawn, over the whole time that it took."""
    return sum(map(sum, turn["lengths"])) / turn["seconds"]


def mean_length(turns: Sequence[Attempts]) -> float:
    """Tokens an attempt, over all of them."""
    return fmean(length for turn in turns for lengths in turn["lengths"] for length in lengths)


def same_length(ours: Lengths, theirs: Lengths) -> dict[str, Any]:
    """Whether both sides' attempts are as long, but for chance.

    Attempts at one problem are independent of one another and problems are the same on both sides,
    so chance is what the attempts at one problem vary by.

    Args:
        ours: two attempts at least at each problem.
        theirs: at the same problems.

    Returns:
        ``difference`` of the means of all problems (ours less theirs), its ``standard_error``, and
        whether it is ``within_chance``, at most ``ERRORS`` of them.
    """
    pairs = list(zip(ours, theirs, strict=True))
    difference = fmean(fmean(mine) - fmean(other) for mine, other in pairs)
    spread = sum(variance(side) / len(side) for pair in pairs for side in pair)
    error = float(spread**0.5) / len(pairs)
    return {
        "difference": rounded(difference),
        "standard_error": rounded(error),
        "within_chance": abs(difference) <= ERRORS * error,
    }
