"""Learning from preferences: direct preference optimisation (DPO, arXiv 2305.18290).

A pair is a prompt and two endings of it, one preferred to the other. The loss (equation 7) is

    -log sigmoid(beta * ((log p(w) - log q(w)) - (log p(l) - log q(l))))

where p is the model in training, q its parent, w the preferred ending and l the rejected one. What
the parent gives an ending never changes, so it is computed once and carried by the pair.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from engine.model import Transformer
from engine.train.objective import target_losses
from engine.train.packing import Batch, Document, padded
from engine.train.recipe import Recipe

BETA = 0.1
"""How dear it is to move away from the parent: the published value."""
STRIDE = 8
"""Rows are as long as the longest document, rounded up to this."""
REFERENCE_ROWS = 64


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """A prompt and two endings of it, as token ids."""

    prompt: tuple[int, ...]
    preferred: tuple[int, ...]
    rejected: tuple[int, ...]

    @property
    def documents(self) -> tuple[Document, Document]:
        """The preferred and the rejected one whole, counted from where they differ."""
        return self._document(self.preferred), self._document(self.rejected)

    def _document(self, ending: tuple[int, ...]) -> Document:
        mask = [False] * len(self.prompt) + [True] * len(ending)
        return Document([*self.prompt, *ending], mask)


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """A choice, and how likely the parent finds its two endings (natural logarithms)."""

    choice: Choice
    parent_preferred: float
    parent_rejected: float


@dataclass(frozen=True, slots=True)
class PairBatch(Batch):
    """2 P rows, a document each: the preferred ones, and below them the rejected in like order."""

    parent_B: NDArray[np.float32]
    """Log-probability that the parent gives the ending in each row."""

    @property
    def arrays(self) -> tuple[NDArray[Any], ...]:
        """What ``Preferences.loss`` takes behind the model."""
        return self.ids_BT, self.targets_BT, self.doc_BT, self.parent_B


@dataclass(frozen=True, slots=True)
class Preferences:
    """An ``Objective`` of pairs. There is at least one."""

    pairs: Sequence[Pair]
    beta: float = BETA
    in_nats = False

    @property
    def documents(self) -> list[Document]:
        """Both of each pair, one after the other."""
        return [document for pair in self.pairs for document in pair.choice.documents]

    def batches(self, recipe: Recipe, seed: str) -> list[PairBatch]:
        """All pairs once, shuffled; fewer than a batch are repeated to fill one."""
        length = _row_length(self.documents)
        per_batch = max(1, recipe.batch_tokens // (2 * length))
        order = list(range(len(self.pairs)))
        random.Random(seed).shuffle(order)
        while len(order) < per_batch:
            order += order[: per_batch - len(order)]
        # What is left at the end, fewer than a batch, comes with the next epoch's luck.
        chunks = [
            order[i * per_batch : (i + 1) * per_batch] for i in range(len(order) // per_batch)
        ]
        return [_pair_batch([self.pairs[i] for i in chunk], length) for chunk in chunks]

    def loss(self, model: Transformer, *arrays: Tensor) -> Tensor:
        """Mean over the pairs of a batch."""
        *batch, parent_B = arrays
        preferred_P, rejected_P = (log_probabilities(model, *batch) - parent_B).chunk(2)
        return dpo_loss(preferred_P, rejected_P, self.beta)


def dpo_loss(preferred_P: Tensor, rejected_P: Tensor, beta: float) -> Tensor:
    """The mean loss of pairs from their log-ratios, log p - log q of each ending."""
    return -F.logsigmoid(beta * (preferred_P - rejected_P)).mean()


def log_probabilities(
    model: Transformer, ids_BT: Tensor, targets_BT: Tensor, doc_BT: Tensor
) -> Tensor:
    """Log-probability of all counted targets of each row together, B."""
    return -target_losses(model, ids_BT, targets_BT, doc_BT).sum(dim=1)


@torch.no_grad()
def with_parent(model: Transformer, choices: Sequence[Choice]) -> list[Pair]:
    """Pairs of ``choices``; ``model`` is the parent, with the weights that training begins from."""
    documents = [document for choice in choices for document in choice.documents]
    length = _row_length(documents)
    device = next(model.parameters()).device
    found: list[float] = []
    for begin in range(0, len(documents), REFERENCE_ROWS):
        rows = padded(documents[begin : begin + REFERENCE_ROWS], length)
        tensors = (torch.from_numpy(array).to(device) for array in rows.arrays)
        found += log_probabilities(model, *tensors).tolist()
    return [
        Pair(choice=choice, parent_preferred=preferred, parent_rejected=rejected)
        for choice, preferred, rejected in zip(choices, found[::2], found[1::2], strict=True)
    ]


def _row_length(documents: Sequence[Document]) -> int:
    longest = max((len(document.ids) for document in documents), default=1)
    return -(-longest // STRIDE) * STRIDE


def _pair_batch(pairs: Sequence[Pair], length: int) -> PairBatch:
    both = [pair.choice.documents for pair in pairs]
    documents = [preferred for preferred, _ in both] + [rejected for _, rejected in both]
    parent = [pair.parent_preferred for pair in pairs] + [pair.parent_rejected for pair in pairs]
    rows = padded(documents, length)
    parent_B = np.asarray(parent, dtype=np.float32)
    return PairBatch(rows.ids_BT, rows.targets_BT, rows.doc_BT, parent_B)
