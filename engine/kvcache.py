"""The keys and values of earlier tokens: one block of memory, allocated once, rows of any length.

A row is one sequence. Its first ``lengths[row]`` positions are filled. Rows are cheap to give up
(``trim``), to fan out (``copy_row``) and to move, so a batch can stay dense while rows come and go.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import torch
from torch import Tensor

from engine.model import ModelConfig


class KVCache:
    """Static key/value memory of ``n_rows`` rows of ``max_len`` positions.

    Args:
        config: shape of the model.
        n_rows: sequences held at once.
        max_len: positions a row can hold; the model's context if None.
        device: where the memory lies.
        dtype: the model's.
    """

    def __init__(
        self,
        config: ModelConfig,
        n_rows: int,
        *,
        max_len: int | None = None,
        device: torch.device | str = "cpu",
        dtype: torch.dtype = torch.float32,
    ) -> None:
        K, E = config.n_kv_heads, config.head_dim
        self.n_rows = n_rows
        self.max_len = config.max_seq_len if max_len is None else max_len
        self.lengths = [0] * n_rows
        # Zeros, not empty: what a mask hides is still multiplied by a weight of 0, and 0 x NaN is
        # NaN. Layout: layer, key or value, row, head, position, width.
        self.memory = torch.zeros(
            (config.n_layers, 2, n_rows, K, self.max_len, E), device=device, dtype=dtype
        )
        # The same memory as one list of E-wide slots a layer, so that any set of positions of any
        # rows is written by one index_copy_.
        flat = self.memory.view(config.n_layers, 2, n_rows * K * self.max_len, E)
        self.key_slots = flat[:, 0].unbind(0)
        self.value_slots = flat[:, 1].unbind(0)
        self.first_slot_RK = torch.arange(n_rows * K, device=device).view(n_rows, K) * self.max_len

    @property
    def nbytes(self) -> int:
        """Bytes of key/value memory, filled or not."""
        return self.memory.nbytes

    def trim(self, row: int, length: int) -> None:
        """Forget all but the first ``length`` positions of a row.

        Raises:
            ValueError: the row is shorter than that.
        """
        if not 0 <= length <= self.lengths[row]:
            raise ValueError(f"row {row} holds {self.lengths[row]} positions, not {length}")
        self.lengths[row] = length

    def copy_row(self, source: int, target: int) -> None:
        """Make ``target`` a copy of ``source``: a shared prefix, or a row moving up."""
        length = self.lengths[source]
        rows = self.memory[:, :, :, :, :length]
        rows[:, :, target].copy_(rows[:, :, source])
        self.lengths[target] = length

    def window(self, first: int, n_rows: int, n_new: int) -> Window:
        """Open rows ``first .. first + n_rows`` for one forward pass of ``n_new`` tokens each.

        The lengths stay as they are until ``extend`` says how many of the tokens count.

        Raises:
            ValueError: a row has no room for ``n_new`` more positions.
        """
        lengths = self.lengths[first : first + n_rows]
        longest = max(lengths) + n_new
        if longest > self.max_len:
            raise ValueError(f"{longest} positions do not fit in rows of {self.max_len}")
        return Window(self, first, lengths, n_new)

    def extend(self, row: int, n_new: int) -> None:
        """Count ``n_new`` written positions as part of a row."""
        self.lengths[row] += n_new


class Window:
    """Rows of a cache during one forward pass; satisfies ``model.Cache``.

    What only some forward passes ask for is made when it is first asked for.
    """

    def __init__(self, cache: KVCache, first: int, lengths: Sequence[int], n_new: int) -> None:
        device = cache.memory.device
        starts_B1 = torch.tensor(lengths, device=device).unsqueeze(1)
        self.positions_BT = (
            starts_B1 if n_new == 1 else starts_B1 + torch.arange(n_new, device=device)
        )
        """Position of each new token."""
        self.rows = cache.memory[:, :, first : first + len(lengths)]
        """Their whole memory: layer, key or value, BKSE."""
        self._cache, self._first, self._lengths, self._n_new = cache, first, lengths, n_new

    @cached_property
    def mask_B1TS(self) -> Tensor | None:  # noqa: N802
        """True where a new token may see a position; None where the model's default is right."""
        # The model's own causal mask serves rows that begin, and none is needed for one new token
        # when all rows are equally long.
        longest = max(self._lengths)
        if longest == 0 if self._n_new > 1 else min(self._lengths) == longest:
            return None
        return _may_see(self.positions_BT, longest + self._n_new)

    @cached_property
    def keys(self) -> tuple[Tensor, ...]:
        """A BKSE view a layer: all positions up to the last new one of the longest row."""
        return self.rows[:, 0, :, :, : max(self._lengths) + self._n_new].unbind(0)

    @cached_property
    def values(self) -> tuple[Tensor, ...]:
        """As ``keys``."""
        return self.rows[:, 1, :, :, : max(self._lengths) + self._n_new].unbind(0)

    @cached_property
    def _slots(self) -> Tensor:
        """Where the new keys and values go, for rows, then heads, then tokens."""
        rows = slice(self._first, self._first + len(self._lengths))
        first_slots_BK1 = self._cache.first_slot_RK[rows].unsqueeze(2)
        return (first_slots_BK1 + self.positions_BT.unsqueeze(1)).view(-1)

    def update(self, layer: int, k_BKTE: Tensor, v_BKTE: Tensor) -> tuple[Tensor, Tensor]:
        """Store this pass's keys and values; return all that may be attended to (BKSE each)."""
        width = k_BKTE.shape[-1]
        self._cache.key_slots[layer].index_copy_(0, self._slots, k_BKTE.reshape(-1, width))
        self._cache.value_slots[layer].index_copy_(0, self._slots, v_BKTE.reshape(-1, width))
        return self.keys[layer], self.values[layer]


def _may_see(positions_BT: Tensor, n_positions: int) -> Tensor:
    """Each token sees its own position and all before it; ``[B, 1, T, S]``."""
    keys_S = torch.arange(n_positions, device=positions_BT.device)
    return (keys_S <= positions_BT.unsqueeze(2)).unsqueeze(1)
