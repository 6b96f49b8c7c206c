"""What a run makes small: next-token cross-entropy, attention cut between packed documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.model import Transformer
from engine.train.packing import IGNORED, Batch, Batches, Document, pack
from engine.train.recipe import Recipe


class Objective(Protocol):
    """What a run learns from: its batches, and the loss of one."""

    @property
    def in_nats(self) -> bool:
        """Whether the loss is in nats a counted target, so that it can be told in bits a byte."""
        ...

    def batches(self, recipe: Recipe, seed: str) -> Sequence[Batch]:
        """The batches of one epoch, a function of the recipe and the seed alone."""
        ...

    def loss(self, model: Transformer, *arrays: Tensor) -> Tensor:
        """A scalar to go down from; ``arrays`` are those of a batch."""
        ...


@dataclass(frozen=True, slots=True)
class NextToken:
    """The next token of each of some documents."""

    documents: Sequence[Document]
    in_nats = True

    def batches(self, recipe: Recipe, seed: str) -> Batches:
        """Packed anew and shuffled."""
        return pack(self.documents, recipe.row_lengths, recipe.batch_tokens, seed)

    def loss(self, model: Transformer, *arrays: Tensor) -> Tensor:
        """See ``next_token_loss``."""
        return next_token_loss(model, *arrays)


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
    logits_NV = _logits(model, ids_BT, doc_BT)
    return F.cross_entropy(logits_NV, targets_BT.flatten(), ignore_index=IGNORED)


def target_losses(model: Transformer, ids_BT: Tensor, targets_BT: Tensor, doc_BT: Tensor) -> Tensor:
    """Nats of each target, BT; 0 where none is counted."""
    logits_NV = _logits(model, ids_BT, doc_BT)
    losses_N = F.cross_entropy(
        logits_NV, targets_BT.flatten(), ignore_index=IGNORED, reduction="none"
    )
    return losses_N.view(targets_BT.shape)


@torch.no_grad()
def token_losses(model: Transformer, ids_BT: Tensor, targets_BT: Tensor, doc_BT: Tensor) -> Tensor:
    """``target_losses`` without gradients, for measuring."""
    return target_losses(model, ids_BT, targets_BT, doc_BT)


def _logits(model: Transformer, ids_BT: Tensor, doc_BT: Tensor) -> Tensor:
    """One row a token, in fp32."""
    x_BTD = model(ids_BT, mask=document_mask(doc_BT))
    return model.unembed(x_BTD).flatten(0, 1).float()
