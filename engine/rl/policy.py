"""How likely the policy finds what was drawn.

The policy is what draws: the model's distribution over the ids that could be drawn in that place
(``engine.calls``: a tool that is not offered cannot be called), at the plan's temperature. The
sampler reports log-probabilities of the model itself, nothing left out, so both are computed: the
loss is about the policy, and what the sampler and the trainer agree on is about the model. In this
lab the two differ by nats: a search that is not offered holds most of the mass where a value of
an unknown person would stand (docs/log.md, 2026-11-22).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.model import Transformer
from engine.rl.batch import MicroBatch


@dataclass(frozen=True, slots=True)
class Seen:
    """Log-probabilities of the drawn tokens of a micro-batch, N each, in nats."""

    policy_N: Tensor
    """With gradients, where they are enabled."""
    model_N: Tensor
    """Without: as the sampler reports them."""


def see(model: Transformer, batch: MicroBatch, temperature: float) -> Seen:
    """Read the rows and look up what was drawn in them."""
    x_ND = model(batch.ids_BT).flatten(0, 1).index_select(0, batch.at_N)
    logits_NV = model.unembed(x_ND).float()
    drawable_NV = logits_NV.masked_fill(batch.banned_SV[batch.banned_N], -math.inf)
    policy_N = -F.cross_entropy(drawable_NV / temperature, batch.target_N, reduction="none")
    with torch.no_grad():
        model_N = -F.cross_entropy(logits_NV, batch.target_N, reduction="none")
    return Seen(policy_N, model_N)
