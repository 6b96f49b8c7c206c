"""A forward pass over a ragged list of new tokens: which implementation does it, and when.

``TorchForward`` is ``Transformer.forward`` itself over the paged cache: any device, any dtype.
On a CPU ``native_forward.NativeForward`` is the same function in C, taken up as soon as it has
been compiled; the change can come in the middle of a text, as both write the same cache. On a GPU
``cuda_graph.GraphedForward`` replays recorded passes.
"""

from __future__ import annotations

from concurrent.futures import Future
from typing import Protocol

import torch
from torch import Tensor

from engine.batch import Batch
from engine.kvcache import KVCache
from engine.model import Transformer
from engine.native import NativeLibrary, prepare
from engine.native_forward import NativeForward
from engine.paged import PagedAttention


class Forward(Protocol):
    """One pass of a model."""

    @property
    def library(self) -> NativeLibrary | None:
        """Compiled code that does this pass and may do what comes after it; None for torch."""
        ...

    def __call__(self, batch: Batch) -> Tensor:
        """Read the new tokens, cache their keys and values; return wanted logits, WV, fp32."""
        ...


class TorchForward:
    """``Transformer.forward`` over ``cache``."""

    library: NativeLibrary | None = None

    def __init__(self, model: Transformer, cache: KVCache) -> None:
        self._model = model
        self._cache = cache

    @torch.inference_mode()
    def __call__(self, batch: Batch) -> Tensor:
        """Read the new tokens, cache their keys and values; return wanted logits, WV, fp32."""
        x_BTD = self._model(
            batch.ids_N.unsqueeze(0),
            batch.positions_N.unsqueeze(0),
            cached=PagedAttention(self._cache, batch),
        )
        return self._model.unembed(x_BTD[0, batch.wanted_W]).float()


class TorchUntilNative:
    """Plain torch until the native library is ready, so that nobody waits for a compiler."""

    def __init__(self, model: Transformer, cache: KVCache) -> None:
        self._model, self._cache = model, cache
        self._forward: TorchForward | NativeForward = TorchForward(model, cache)
        self.library: NativeLibrary | None = None
        self._coming: Future[NativeLibrary | None] | None = prepare()
        self._look()

    def __call__(self, batch: Batch) -> Tensor:
        """Read the new tokens, cache their keys and values; return wanted logits, WV, fp32."""
        self._look()
        return self._forward(batch)

    def _look(self) -> None:
        if self._coming is not None and self._coming.done():
            self.library = self._coming.result()
            self._coming = None
            if self.library is not None:
                self._forward = NativeForward(self._model, self._cache, self.library)


def make_forward(model: Transformer, cache: KVCache, *, native: bool) -> Forward:
    """The quickest implementation there is for this model on its device.

    Args:
        model: its weights must not change or move afterwards.
        cache: what the passes read and write.
        native: whether compiled code may be used.
    """
    if native and NativeForward.can_serve(model):
        return TorchUntilNative(model, cache)
    if native and model.cos_SE.device.type == "cuda":
        from engine.cuda_graph import GraphedForward

        return GraphedForward(model, cache)
    return TorchForward(model, cache)
