"""The loss: next-token cross-entropy, attention cut between packed documents."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.model import Transformer
from engine.train.packing import IGNORED


def document_mask(doc_BT: Tensor) -> Tensor:
    """True where a token may see another: same document, not later; ``[B, 1, T, T]``."""
    T = doc_BT.shape[1]
    same_BTT = doc_BT[:, :, None] == doc_BT[:, None, :]
    causal_TT = torch.ones(T, T, dtype=torch.bool, device=doc_BT.device).tril()
    return (same_BTT & causal_TT).unsqueeze(1)


def next_token_loss(
    model: Transformer, ids_BT: Tensor, targets_BT: Tensor, doc_BT: Tensor
) -> Tensor:
    """Mean nats over the counted targets of a packed batch."""
    x_BTD = model(ids_BT, mask=document_mask(doc_BT))
    logits_NV = model.unembed(x_BTD).flatten(0, 1).float()
    return F.cross_entropy(logits_NV, targets_BT.flatten(), ignore_index=IGNORED)


@torch.no_grad()
def token_losses(model: Transformer, ids_BT: Tensor, targets_BT: Tensor, doc_BT: Tensor) -> Tensor:
    """Nats of each target, BT; 0 where none is counted."""
    x_BTD = model(ids_BT, mask=document_mask(doc_BT))
    logits_NV = model.unembed(x_BTD).flatten(0, 1).float()
    losses_N = F.cross_entropy(
        logits_NV, targets_BT.flatten(), ignore_index=IGNORED, reduction="none"
    )
    return losses_N.view(targets_BT.shape)
