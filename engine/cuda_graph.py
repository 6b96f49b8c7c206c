"""Decoding on a GPU without the host in the way: passes are recorded once and replayed.

A decoding step launches some ten small kernels a layer, and for a small model launching takes
longer than computing. A CUDA graph launches all of them at once, but its shapes and addresses are
fixed. So a pass is padded to the next of a few numbers of rows and of positions, its inputs are
copied to where the graph reads them, and each size is recorded when it is first met.

Not yet run on a GPU: tests run everything but ``record_on_cuda`` on the CPU.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.batch import Batch
from engine.forward import Forward, TorchForward
from engine.kvcache import KVCache, blocks_for
from engine.model import Transformer
from engine.native import NativeLibrary
from engine.paged import PagedAttention

Compute = Callable[[], Tensor]

WARM_UPS = 2
"""Runs before a recording: libraries choose their kernels in the first ones."""

LEAST_POSITIONS = 128


def record_on_cuda(compute: Compute) -> Compute:
    """Record what ``compute`` launches; the result replays it and returns the same tensor."""
    stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(WARM_UPS):
            compute()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        out = compute()

    def replay() -> Tensor:
        graph.replay()
        return out

    return replay


@dataclass(frozen=True, slots=True)
class _Recording:
    batch: Batch
    replay: Compute


class GraphedForward:
    """The forward pass of ``model``: recorded where every row decodes, plain where one is read.

    Args:
        model: its weights must not move.
        cache: what the passes read and write; one block of it serves rows that only pad.
        plain: does all other passes.
        record: makes a function repeat itself without the host.
    """

    library: NativeLibrary | None = None

    def __init__(
        self,
        model: Transformer,
        cache: KVCache,
        *,
        plain: Forward | None = None,
        record: Callable[[Compute], Compute] = record_on_cuda,
    ) -> None:
        self._model, self._cache, self._record = model, cache, record
        self._plain = plain or TorchForward(model, cache)
        (self._padding_block,) = cache.take(1)
        self._recordings: dict[tuple[int, int], _Recording] = {}

    @torch.inference_mode()
    def __call__(self, batch: Batch) -> Tensor:
        """Read the new tokens, cache their keys and values; return wanted logits, WV, fp32."""
        n_rows = len(batch.counts)
        if not batch.decodes or len(batch.wanted_W) < n_rows:
            return self._plain(batch)
        size = _next_power(n_rows), max(LEAST_POSITIONS, _next_power(max(batch.lengths) + 1))
        recording = self._recordings.get(size)
        if recording is None:
            recording = self._recordings[size] = self._make(*size)
        _fill(recording.batch, batch, self._padding_block)
        return recording.replay()[:n_rows].float()

    def _make(self, n_rows: int, n_positions: int) -> _Recording:
        batch = self._empty(n_rows, n_positions)

        def compute() -> Tensor:
            attention = PagedAttention(self._cache, batch, n_positions=n_positions)
            x_BTD = self._model(
                batch.ids_N.unsqueeze(0), batch.positions_N.unsqueeze(0), cached=attention
            )
            return self._model.unembed(x_BTD[0])

        return _Recording(batch, self._record(compute))

    def _empty(self, n_rows: int, n_positions: int) -> Batch:
        """A pass of rows that only pad: each a text of one token."""
        device = self._cache.memory.device
        table = torch.full((n_rows, blocks_for(n_positions)), self._padding_block, device=device)
        return Batch(
            ids_N=torch.zeros(n_rows, dtype=torch.int64, device=device),
            positions_N=torch.zeros(n_rows, dtype=torch.int64, device=device),
            rows_N=torch.arange(n_rows, dtype=torch.int32, device=device),
            tables_RM=table.int(),
            counts=(1,) * n_rows,
            lengths=(0,) * n_rows,
            wanted_W=torch.arange(n_rows, device=device),
        )


def _fill(target: Batch, batch: Batch, padding_block: int) -> None:
    """Copy a pass to where the recording reads it; rows beyond it pad again."""
    n_rows = len(batch.counts)
    width = min(batch.tables_RM.shape[1], target.tables_RM.shape[1])
    target.ids_N[:n_rows].copy_(batch.ids_N)
    target.positions_N[:n_rows].copy_(batch.positions_N)
    target.positions_N[n_rows:].zero_()
    target.tables_RM.fill_(padding_block)
    target.tables_RM[:n_rows, :width].copy_(batch.tables_RM[:, :width])


def _next_power(n: int) -> int:
    """The least power of two that is not below ``n``."""
    return 1 << (n - 1).bit_length()
