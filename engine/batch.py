"""What one forward pass reads: new tokens of several sequences, one after the other, in one list.

A prompt's chunk, the one token of a row that decodes, forced tokens, guesses to be verified: to
the model all of these are new tokens of a sequence whose earlier keys and values are cached. So
there is one kind of pass, it holds no padding, and everything may share it (continuous batching
with chunked prefill: Yu et al., OSDI 2022, section 4; Agrawal et al., arXiv 2308.16369).

Shape letters beside those of ``model.py``: N new tokens of the pass, R sequences, M blocks of the
longest table, W tokens whose logits are wanted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class NewTokens:
    """One sequence's part in a pass.

    ``ids`` follow the ``n_cached`` positions that lie in the cache's ``blocks`` already; the
    blocks have room for them. Logits are wanted from token ``wanted_from`` of them on.
    """

    ids: Sequence[int]
    n_cached: int
    blocks: Sequence[int]
    wanted_from: int


@dataclass(frozen=True, slots=True)
class Batch:
    """One pass as tensors; the tokens of a sequence stand together and in order."""

    ids_N: Tensor
    """int64."""
    positions_N: Tensor
    """int64: of each token in its sequence."""
    rows_N: Tensor
    """int32: which sequence each token is of."""
    tables_RM: Tensor
    """int32: the blocks of each sequence, padded with 0."""
    counts: tuple[int, ...]
    """New tokens of each sequence, for the host."""
    lengths: tuple[int, ...]
    """Positions of each sequence that were cached before, for the host."""
    wanted_W: Tensor
    """int64: indices into the tokens."""

    @property
    def decodes(self) -> bool:
        """Whether every sequence has just one new token."""
        return len(self.ids_N) == len(self.counts)


def make_batch(parts: Sequence[NewTokens], device: torch.device | str = "cpu") -> Batch:
    """Lay the parts side by side."""
    counts = tuple(len(part.ids) for part in parts)
    widest = max(len(part.blocks) for part in parts)
    ids: list[int] = []
    positions: list[int] = []
    rows: list[int] = []
    wanted: list[int] = []
    for row, part in enumerate(parts):
        n = len(part.ids)
        wanted.extend(range(len(ids) + part.wanted_from, len(ids) + n))
        ids.extend(part.ids)
        positions.extend(range(part.n_cached, part.n_cached + n))
        rows.extend([row] * n)
    tables = [[*part.blocks, *[0] * (widest - len(part.blocks))] for part in parts]
    return Batch(
        ids_N=torch.tensor(ids, device=device),
        positions_N=torch.tensor(positions, device=device),
        rows_N=torch.tensor(rows, dtype=torch.int32, device=device),
        tables_RM=torch.tensor(tables, dtype=torch.int32, device=device),
        counts=counts,
        lengths=tuple(part.n_cached for part in parts),
        wanted_W=torch.tensor(wanted, dtype=torch.int64, device=device),
    )


def next_batch(batch: Batch, ids_N: Tensor) -> Batch:
    """The pass that follows one which decodes, when no sequence has come or gone."""
    return Batch(
        ids_N=ids_N,
        positions_N=batch.positions_N + 1,
        rows_N=batch.rows_N,
        tables_RM=batch.tables_RM,
        counts=batch.counts,
        lengths=tuple(length + 1 for length in batch.lengths),
        wanted_W=batch.wanted_W,
    )
