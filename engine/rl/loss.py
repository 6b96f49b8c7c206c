"""What is made small: pure functions of what was drawn and how likely it is now.

Shape letters beside those of ``engine.model``: N drawn tokens, of all attempts one after the other;
A attempts. All log-probabilities are natural logarithms, of the policy that draws: the model at the
plan's temperature with the ids left out that could not be drawn there.

With advantages that do not depend on the token drawn, the gradient of the mean of
``advantage * log p(token)`` is that of the expected reward. The ratio to the policy that drew
keeps it right when the weights have moved since, and the clip stops it where they have moved far.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.rl.plan import Normalise


@dataclass(frozen=True, slots=True)
class Clipped:
    """The gain of each token, N, and where the clip holds it back."""

    gain_N: Tensor
    held_N: Tensor
    """bool: nothing is to be gained there any more, so no gradient flows."""


def clipped_gain(
    logprob_N: Tensor, old_N: Tensor, advantage_N: Tensor, *, low: float, high: float
) -> Clipped:
    """PPO's clipped objective a token (arXiv 1707.06347, equation 7), to be made large.

    Args:
        logprob_N: of the weights in training.
        old_N: of the weights that drew; no gradient flows into them.
        advantage_N: each token's attempt's.
        low: a token that gets less likely is held at ``1 - low`` of what it was.
        high: one that gets likelier at ``1 + high``. Higher than ``low`` it leaves unlikely tokens
            room to grow (DAPO's clip-higher, arXiv 2503.14476, section 3.1).
    """
    ratio_N = (logprob_N - old_N.detach()).exp()
    free_N = ratio_N * advantage_N
    bounded_N = ratio_N.clamp(1 - low, 1 + high) * advantage_N
    return Clipped(torch.minimum(free_N, bounded_N), bounded_N < free_N)


def divergence(logprob_N: Tensor, reference_N: Tensor) -> Tensor:
    """An estimate of KL(policy, reference) from each token drawn, N; never below 0.

    ``r - 1 - log r`` with r the reference's probability over ours: unbiased, and of less variance
    than ``-log r`` (J. Schulman, joschu.net/blog/kl-approx.html: k3; GRPO's equation 4).
    """
    difference_N = reference_N - logprob_N
    return difference_N.exp() - 1 - difference_N


def attempt_weights(
    lengths: Sequence[int], limits: Sequence[int], normalise: Normalise
) -> list[float]:
    """What each token of an attempt counts in the sum that is the loss, A.

    ==========  ==================  ===========================================================
    token       1 / all tokens      every token counts alike, long answers more (DAPO)
    sequence    1 / (A x own)       every answer counts alike, so a token of a long one less: what
                                    is wrong may be long at little cost (GRPO)
    constant    1 / (A x limit)     as "token", but what a token counts depends on nothing that was
                                    drawn (Dr. GRPO)
    ==========  ==================  ===========================================================

    Args:
        lengths: counted tokens of each attempt, at least 1.
        limits: the most that each could have had.
        normalise: which of the three.
    """
    n = len(lengths)
    if not n:
        return []
    if normalise == "token":
        return [1 / sum(lengths)] * n
    if normalise == "sequence":
        return [1 / (n * length) for length in lengths]
    return [1 / (n * limit) for limit in limits]
