"""The keys and values of earlier tokens: a pool of small blocks, and who uses which.

A sequence is a list of blocks (its table): position p lies in block ``table[p // BLOCK_SIZE]``.
So memory is given out as texts need it and not as the longest might, two texts that begin alike
hold the common blocks once, and nothing is moved when a text ends (Kwon et al., PagedAttention,
arXiv 2309.06180, section 4).
"""

from __future__ import annotations

import contextlib
import math
import mmap
import sys
from collections.abc import Sequence

import torch
from torch import Tensor

from engine.model import ModelConfig

BLOCK_SIZE = 16
"""Positions of a block: few, as the last block of every text stands half empty."""


class KVCache:
    """Key/value memory of ``n_blocks`` blocks.

    Args:
        config: shape of the model.
        n_blocks: blocks to be given out.
        device: where the memory lies.
        dtype: of keys and values.
    """

    def __init__(
        self,
        config: ModelConfig,
        n_blocks: int,
        *,
        device: torch.device | str = "cpu",
        dtype: torch.dtype = torch.float32,
    ) -> None:
        self.block_size = BLOCK_SIZE
        self.n_blocks = n_blocks
        shape = (config.n_layers, 2, config.n_kv_heads, n_blocks * BLOCK_SIZE, config.head_dim)
        self.memory = _zeros(shape, torch.device(device), dtype)
        """Layer, key or value, head, slot, width; block b is the slots from b * BLOCK_SIZE on."""
        # The block given back last is given out next: it is the likeliest to be in memory at all.
        self._free = list(reversed(range(n_blocks)))
        self._users = [0] * n_blocks

    @property
    def n_free(self) -> int:
        """Blocks that nobody uses."""
        return len(self._free)

    @property
    def nbytes(self) -> int:
        """Bytes of key/value memory, filled or not; on a CPU only what was filled is taken up."""
        return self.memory.nbytes

    def take(self, n: int) -> list[int]:
        """Give out ``n`` blocks, whatever they hold.

        Raises:
            ValueError: fewer are free.
        """
        if n > self.n_free:
            raise ValueError(f"{n} blocks were asked for and {self.n_free} are free")
        taken = [self._free.pop() for _ in range(n)]
        for block in taken:
            self._users[block] = 1
        return taken

    def share(self, blocks: Sequence[int]) -> None:
        """Count one more user of blocks that are in use; users of shared blocks only read them."""
        for block in blocks:
            assert self._users[block] > 0, "a free block holds nothing to share"
            self._users[block] += 1

    def release(self, blocks: Sequence[int]) -> None:
        """Count one user less; a block without users is free."""
        for block in blocks:
            assert self._users[block] > 0, "a block was given back twice"
            self._users[block] -= 1
            if not self._users[block]:
                self._free.append(block)

    def copy_block(self, source: int, target: int) -> None:
        """Fill one block with the content of another."""
        blocks = self.memory.view(*self.memory.shape[:3], self.n_blocks, BLOCK_SIZE, -1)
        blocks[:, :, :, target] = blocks[:, :, :, source]


def block_bytes(config: ModelConfig, dtype: torch.dtype) -> int:
    """Bytes that a block takes."""
    width = config.n_layers * 2 * config.n_kv_heads * config.head_dim
    return width * BLOCK_SIZE * dtype.itemsize


def blocks_for(n_positions: int) -> int:
    """Blocks that hold so many positions."""
    return -(-n_positions // BLOCK_SIZE)


def _zeros(shape: tuple[int, ...], device: torch.device, dtype: torch.dtype) -> Tensor:
    # Zeros, not empty: what a mask hides is still multiplied by a weight of 0, and 0 x NaN is NaN.
    if device.type != "cpu":
        return torch.zeros(shape, device=device, dtype=dtype)
    # The system gives pages out when they are first written: a large pool costs nothing. Small
    # pages, as a block is a few bytes in each of many layers: large ones would make it megabytes.
    n_bytes = math.prod(shape) * dtype.itemsize
    try:
        if sys.platform == "win32":
            memory = mmap.mmap(-1, n_bytes)
        else:
            memory = mmap.mmap(-1, n_bytes, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    except OSError as error:
        raise MemoryError(f"no {n_bytes} bytes for keys and values: {error.strerror}") from error
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # a kernel without large pages does not know the word
            memory.madvise(mmap.MADV_NOHUGEPAGE)
    return torch.frombuffer(memory, dtype=dtype).view(shape)
