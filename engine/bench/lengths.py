"""Prompts and answers of uneven lengths, always the same for a seed. No torch.

Answers of chats and of reinforcement learning are mostly short and a few are long: their lengths
are drawn from a log-normal distribution, whose median is given.
"""

from __future__ import annotations

import math
import random

SPREAD = 0.8
"""Standard deviation of a length's logarithm."""


def ragged_lengths(n: int, *, median: int, longest: int, seed: str) -> list[int]:
    """``n`` lengths from 4 to ``longest``."""
    rng = random.Random(seed)
    drawn = (round(median * math.exp(rng.gauss(0.0, SPREAD))) for _ in range(n))
    return [min(longest, max(4, length)) for length in drawn]


def random_prompts(
    n: int, *, shortest: int, longest: int, n_vocab: int, seed: str
) -> list[list[int]]:
    """``n`` prompts of random ids."""
    rng = random.Random(seed)
    return [
        [rng.randrange(n_vocab) for _ in range(rng.randint(shortest, longest))] for _ in range(n)
    ]


def arrival_times(n: int, *, window_s: float, seed: str) -> list[float]:
    """When ``n`` independent requests come: the first at 0, the last at ``window_s``.

    The gaps are exponential, as those of a Poisson process are, stretched to fill the window.
    """
    rng = random.Random(seed)
    gaps = [rng.expovariate(1.0) for _ in range(n - 1)]
    total, at, times = sum(gaps), 0.0, [0.0]
    for gap in gaps:
        at += gap
        times.append(window_s * at / total)
    return times
