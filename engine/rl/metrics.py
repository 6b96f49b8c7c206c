"""How often attempts are right, how long they are, what they are worth. No torch."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean
from typing import Any

from engine.rl.record import Attempt, Group


def pass_at_k(n: int, c: int, k: int) -> float:
    """The chance that of ``k`` attempts at a problem one is right, unbiased.

    ``1 - C(n - c, k) / C(n, k)``: all choices of k among the n that were drawn, less those without
    a right one (Chen et al., arXiv 2107.03374, section 2.1).

    Args:
        n: attempts that were drawn.
        c: how many of them are right.
        k: at most ``n``.

    Raises:
        ValueError: the numbers do not fit together.
    """
    if not (0 <= c <= n and 1 <= k <= n):
        raise ValueError(f"{c} right of {n} attempts, and the best of {k}")
    return 1.0 - math.comb(n - c, k) / math.comb(n, k)


def mean_pass_at_k(groups: Sequence[Group], k: int) -> float:
    """``pass_at_k`` of each problem, averaged; 0 without any."""
    found = [
        pass_at_k(len(group.attempts), sum(a.correct for a in group.attempts), k)
        for group in groups
    ]
    return fmean(found) if found else 0.0


def drawn_figures(groups: Sequence[Group]) -> dict[str, Any]:
    """What a step's attempts were like, for its ``rl`` event.

    Returns:
        ``reward``, ``reward_parts`` (means; a part that only some tasks have counts as 0 in the
        others), ``pass_at_1``, ``length``, ``length_correct`` and ``length_wrong`` (tokens drawn;
        None where there is no such attempt), ``ended`` (share) and ``zero_variance`` (share of
        the groups whose attempts were all worth the same).
    """
    attempts = [attempt for group in groups for attempt in group.attempts]
    names = sorted({name for attempt in attempts for name in attempt.rewards})
    return {
        "reward": fmean(attempt.reward for attempt in attempts),
        "reward_parts": {
            name: fmean(attempt.rewards.get(name, 0.0) for attempt in attempts) for name in names
        },
        "pass_at_1": fmean(attempt.correct for attempt in attempts),
        "length": _length(attempts),
        "length_correct": _length([attempt for attempt in attempts if attempt.correct]),
        "length_wrong": _length([attempt for attempt in attempts if not attempt.correct]),
        "ended": fmean(attempt.ended for attempt in attempts),
        "zero_variance": fmean(group.all_equal for group in groups),
    }


def heldout_figures(groups: Sequence[Group], k: int) -> dict[str, Any]:
    """What a task's held-out attempts were like, for an ``rl_eval`` event.

    Returns:
        ``pass_at_1``, ``pass_at_k``, ``k``, ``length`` and ``n`` (problems).
    """
    attempts = [attempt for group in groups for attempt in group.attempts]
    return {
        "pass_at_1": mean_pass_at_k(groups, 1),
        "pass_at_k": mean_pass_at_k(groups, k),
        "k": k,
        "length": _length(attempts),
        "n": len(groups),
    }


def _length(attempts: Sequence[Attempt]) -> float | None:
    return fmean(attempt.n_drawn for attempt in attempts) if attempts else None
