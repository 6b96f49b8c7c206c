"""How much better an attempt was than the others at the same problem. No torch.

The group is its own baseline: no second model has to guess what an attempt was to be expected to
bring (Shao et al., arXiv 2402.03300, section 4.1).
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean, pstdev

from engine.rl.plan import Keep

_NO_SPREAD = 1e-6
"""Rewards that differ by rounding alone are equal: dividing by such a deviation would blow it up.

``Group.all_equal`` rounds to as many places."""


def advantages(rewards: Sequence[float], *, divide_by_std: bool) -> list[float]:
    """Rewards less their mean, and over their standard deviation where that is asked for.

    A group whose attempts were all worth the same teaches nothing: all 0. Dividing gives problems
    that are nearly solved, or hardly ever, as much weight as those in between; Dr. GRPO
    (arXiv 2503.20783, section 3.1) calls that a bias and leaves it out.
    """
    mean, deviation = fmean(rewards), pstdev(rewards)
    if deviation < _NO_SPREAD:
        return [0.0] * len(rewards)
    scale = deviation if divide_by_std else 1.0
    return [(reward - mean) / scale for reward in rewards]


def kept(keep: Keep, correct: Sequence[bool], lengths: Sequence[int]) -> list[float]:
    """1 for each attempt of a group that is to be imitated, 0 for the others.

    Args:
        keep: "correct": all right ones. "shortest_correct": the shortest of them, of equals the
            first.
        correct: whether each attempt is right.
        lengths: tokens that the model drew.
    """
    chosen = [i for i, right in enumerate(correct) if right]
    if keep == "shortest_correct":
        chosen = sorted(chosen, key=lambda i: lengths[i])[:1]
    return [float(i in chosen) for i in range(len(correct))]


def overlong_punishment(length: int, limit: int, buffer: int) -> float:
    """From 0 at ``limit - buffer`` tokens down to -1 at ``limit``, in a straight line.

    DAPO's soft punishment (arXiv 2503.14476, equation 13): an answer is warned before it is cut.
    """
    if buffer <= 0:
        return 0.0
    return -min(1.0, max(0.0, (length - (limit - buffer)) / buffer))
