"""The decoding step with our C between the matrix products: eight calls a layer instead of 25.

For fp32 on the CPU. Everything else, and every machine without a C compiler, is served by
``decode.Decoder``, the same function in plain torch.
"""

from __future__ import annotations

import ctypes
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from engine import native
from engine.decode import Decoder, Layer
from engine.kvcache import Window
from engine.model import Transformer
from engine.native import NativeAttention, NativeLibrary

_FLOAT_BYTES = 4


class DecodeStep(Protocol):
    """One decoding step of a model."""

    def step(self, ids_B: Tensor, window: Window) -> Tensor:
        """Read one token a row; its keys and values go into ``window``. Returns logits BV."""
        ...


class NativeDecoder:
    """The step of ``decoder``, which it takes the weights from; see ``can_serve``."""

    def __init__(self, decoder: Decoder, library: NativeLibrary) -> None:
        self._decoder = decoder
        self._library = library
        self._layers = tuple((layer, self._attention(layer)) for layer in decoder.layers)
        self._scores = torch.empty(0)
        """Attention's scratch memory."""

    @staticmethod
    def can_serve(model: Transformer) -> bool:
        """Whether the model is of a kind that ``decode.c`` is written for."""
        weight = model.embed.weight
        return weight.device.type == "cpu" and weight.dtype == torch.float32

    @torch.inference_mode()
    def step(self, ids_B: Tensor, window: Window) -> Tensor:
        """Read one token a row; its keys and values go into ``window``. Returns logits BV."""
        decoder, library, B = self._decoder, self._library, len(ids_B)
        D, E, S = decoder.embed.shape[1], decoder.head_dim, window.rows.shape[4]
        d_ff = decoder.layers[0].down.shape[0]
        if self._scores.numel() < B * decoder.n_kv_heads * S:
            self._scores = torch.empty(B * decoder.n_kv_heads * S)
        layer_bytes, half_bytes = (_FLOAT_BYTES * n for n in window.rows.stride()[:2])
        keys = window.rows.data_ptr()
        positions, scores = window.positions_BT.data_ptr(), self._scores.data_ptr()

        x_BD = F.embedding(ids_B, decoder.embed)
        # All layers write to the same memory, which then stays in the processor's cache.
        normed_BD, qkv_BH = torch.empty(B, D), torch.empty(B, decoder.layers[0].qkv.shape[1])
        out_BH = torch.empty(B, decoder.n_heads * E)
        gate_up_BF, gated_BF = torch.empty(B, 2 * d_ff), torch.empty(B, d_ff)
        x, normed, qkv = x_BD.data_ptr(), normed_BD.data_ptr(), qkv_BH.data_ptr()
        out, gate_up, gated = out_BH.data_ptr(), gate_up_BF.data_ptr(), gated_BF.data_ptr()
        for layer, attention in self._layers:
            norm = layer.input_norm
            library.rms_norm(x, norm.weight.data_ptr(), norm.eps, normed, B, D)
            torch.mm(normed_BD, layer.qkv, out=qkv_BH)
            library.attend(attention, qkv, positions, keys, keys + half_bytes, S, scores, out, B)
            keys += layer_bytes
            x_BD.addmm_(out_BH, layer.out)
            norm = layer.ff_norm
            library.rms_norm(x, norm.weight.data_ptr(), norm.eps, normed, B, D)
            torch.mm(normed_BD, layer.gate_up, out=gate_up_BF)
            library.swiglu(gate_up, gated, B, d_ff)
            x_BD.addmm_(gated_BF, layer.down)
        norm = decoder.norm
        library.rms_norm(x, norm.weight.data_ptr(), norm.eps, normed, B, D)
        return torch.mm(normed_BD, decoder.head)

    def _attention(self, layer: Layer) -> ctypes._Pointer[NativeAttention]:
        decoder, norm = self._decoder, layer.qk_norm
        # The heads of a kind share one weight: the first row is the queries', the last the keys'.
        return ctypes.pointer(
            NativeAttention(
                q_norm=None if norm is None else norm.weight[0].data_ptr(),
                k_norm=None if norm is None else norm.weight[-1].data_ptr(),
                cos=decoder.cos_SE.data_ptr(),
                sin=decoder.sin_SE.data_ptr(),
                eps=0.0 if norm is None else norm.eps,
                n_heads=decoder.n_heads,
                n_kv_heads=decoder.n_kv_heads,
                head_dim=decoder.head_dim,
            )
        )


class EagerUntilNative:
    """Plain torch until the native library is ready, so that nobody waits for a compiler.

    The change can come in the middle of a text: both write the same keys and values.
    """

    def __init__(self, model: Transformer) -> None:
        self._decoder = Decoder(model)
        self._step: DecodeStep = self._decoder
        self._coming = native.prepare() if NativeDecoder.can_serve(model) else None

    def step(self, ids_B: Tensor, window: Window) -> Tensor:
        """Read one token a row; its keys and values go into ``window``. Returns logits BV."""
        if self._coming is not None and self._coming.done():
            library = self._coming.result()
            self._coming = None
            if library is not None:
                self._step = NativeDecoder(self._decoder, library)
        return self._step.step(ids_B, window)
