"""Attention over the paged cache in plain torch: for a GPU, and where there is no C compiler.

``engine/forward.c`` says the same for a CPU, without gathering keys and values first.
"""

from __future__ import annotations

from functools import cached_property

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.batch import Batch
from engine.kvcache import KVCache


class PagedAttention:
    """The attention of one pass (``model.CachedAttention``): its x is ``[1, N, D]``.

    Sequences with one new token each are answered together, their keys gathered to the longest
    of them; a sequence with several is answered by itself.

    Args:
        cache: where the keys and values of all sequences lie.
        batch: the pass.
        n_positions: gather so many positions of each decoding sequence instead of as many as the
            longest has; a CUDA graph needs a width that does not change.
    """

    def __init__(self, cache: KVCache, batch: Batch, *, n_positions: int | None = None) -> None:
        self._cache = cache
        self._batch = batch
        self._single = [row for row, count in enumerate(batch.counts) if count == 1]
        ends = [sum(batch.counts[: row + 1]) for row in range(len(batch.counts))]
        self._long = [
            (row, slice(ends[row] - count, ends[row]))
            for row, count in enumerate(batch.counts)
            if count > 1
        ]
        device = batch.ids_N.device
        self._single_tokens = (
            None
            if batch.decodes
            else torch.tensor([ends[row] - 1 for row in self._single], device=device)
        )
        longest = max((batch.lengths[row] + 1 for row in self._single), default=0)
        self._n_positions = n_positions or longest

    def attend(self, layer: int, q_BHTE: Tensor, k_BKTE: Tensor, v_BKTE: Tensor) -> Tensor:
        """Cache the new keys and values; answer the queries from all that each may see, BHTE."""
        keys, values = self._cache.memory[layer]
        keys.index_copy_(1, self._new_slots_N, k_BKTE[0].to(keys.dtype))
        values.index_copy_(1, self._new_slots_N, v_BKTE[0].to(values.dtype))
        q_HNE = q_BHTE[0].to(keys.dtype)
        if self._single_tokens is None:
            return self._decode(q_HNE, keys, values).unsqueeze(0).to(q_BHTE.dtype)
        out_HNE = torch.empty_like(q_HNE)
        if self._single:
            single = self._single_tokens
            out_HNE[:, single] = self._decode(q_HNE[:, single], keys, values)
        for row, tokens in self._long:
            out_HNE[:, tokens] = self._read(row, q_HNE[:, tokens], keys, values)
        return out_HNE.unsqueeze(0).to(q_BHTE.dtype)

    def _decode(self, q_HRE: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        """One query for each of R sequences: ``[H, R, E]``."""
        (H, R, E), K = q_HRE.shape, keys.shape[0]
        k_RKSE, v_RKSE = (
            side.index_select(1, self._single_slots_RS.flatten()).view(K, R, -1, E).transpose(0, 1)
            for side in (keys, values)
        )
        # Queries that share a key/value head lie side by side, as if they were its tokens.
        q_RKGE = q_HRE.transpose(0, 1).reshape(R, K, H // K, E)
        out_RKGE = F.scaled_dot_product_attention(
            q_RKGE, k_RKSE, v_RKSE, attn_mask=self._single_mask_R11S
        )
        return out_RKGE.reshape(R, H, E).transpose(0, 1)

    def _read(self, row: int, q_HTE: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        """Several queries of one sequence: ``[H, T, E]``."""
        T, length = q_HTE.shape[1], self._batch.lengths[row]
        device = q_HTE.device
        slots_S = self._slots(row, torch.arange(length + T, device=device))
        positions_T1 = torch.arange(length, length + T, device=device).unsqueeze(1)
        mask_TS = torch.arange(length + T, device=device) <= positions_T1
        out_BHTE = F.scaled_dot_product_attention(
            q_HTE.unsqueeze(0),
            keys.index_select(1, slots_S).unsqueeze(0),
            values.index_select(1, slots_S).unsqueeze(0),
            attn_mask=mask_TS,
            enable_gqa=q_HTE.shape[0] != keys.shape[0],
        )
        return out_BHTE[0]

    def _slots(self, row: int, positions: Tensor) -> Tensor:
        size = self._cache.block_size
        return self._batch.tables_RM[row][positions // size].long() * size + positions % size

    @cached_property
    def _new_slots_N(self) -> Tensor:  # noqa: N802
        """Where the new tokens' keys and values go."""
        batch, size = self._batch, self._cache.block_size
        blocks_N = batch.tables_RM[batch.rows_N.long(), batch.positions_N // size].long()
        return blocks_N * size + batch.positions_N % size

    @cached_property
    def _single_slots_RS(self) -> Tensor:  # noqa: N802
        """Slots of the positions of each sequence that decodes; behind its end, any."""
        batch, size = self._batch, self._cache.block_size
        tables_RM = batch.tables_RM
        if not batch.decodes:
            tables_RM = tables_RM[torch.tensor(self._single, device=tables_RM.device)]
        n_blocks = min(-(-self._n_positions // size), tables_RM.shape[1])
        offsets = torch.arange(size, device=tables_RM.device)
        slots_RMP = tables_RM[:, :n_blocks].long().unsqueeze(2) * size + offsets
        return slots_RMP.flatten(1)[:, : self._n_positions]

    @cached_property
    def _single_mask_R11S(self) -> Tensor:  # noqa: N802
        """True where a sequence's one new token may see a position."""
        positions_N = self._batch.positions_N
        if self._single_tokens is not None:
            positions_N = positions_N[self._single_tokens]
        keys_S = torch.arange(self._single_slots_RS.shape[1], device=positions_N.device)
        return (keys_S <= positions_N.unsqueeze(1))[:, None, None]
