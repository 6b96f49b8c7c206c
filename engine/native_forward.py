"""``Transformer.forward`` over the paged cache in C: one call a pass.

For models on the CPU whose weights are fp32, bf16 or quantised; activations and cache are fp32.
All others, and every machine without a C compiler, are served by plain torch.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from engine.batch import Batch
from engine.kvcache import KVCache
from engine.model import Block, Transformer
from engine.native import NativeLayer, NativeLibrary, NativeMatrix, NativeModel, NativePass
from engine.quantize import Int4Linear, Int8Embedding, Int8Linear

_FP32, _BF16, _INT8, _INT4, _PANELS = range(5)
"""The kinds of weights of ``forward.c``."""

_PANEL = 16
"""Rows of weights that lie side by side in a panel."""

_PANELS_UP_TO = 64 << 20
"""Bytes of fp32 weights that may lie in memory twice."""

_WIDEST_HEAD = 1024
"""``forward.c`` holds one head's vector on its stack; none is published beyond 256."""

_LANES = 16
"""So many positions are attended to at a time, on the widest processor."""


class NativeForward:
    """The forward pass of ``model``, whose weights must not change or move afterwards.

    A token's result is the same, bit for bit, whatever else is in the pass, however its prompt is
    cut into passes and on any number of threads.

    Raises:
        ValueError: the cache is not fp32, or its blocks are too short.
    """

    def __init__(self, model: Transformer, cache: KVCache, library: NativeLibrary) -> None:
        if cache.memory.dtype != torch.float32 or cache.block_size % _LANES:
            raise ValueError(
                f"a cache of {cache.memory.dtype} in blocks of {cache.block_size} positions, but "
                f"compiled code needs fp32 and a multiple of {_LANES}"
            )
        self._library = library
        self._kept: list[Tensor] = [cache.memory]
        """All that the addresses point into."""
        self._model = self._describe(model)
        self._d_model, self._n_vocab = model.config.d_model, model.config.vocab_size
        self._pass = NativePass(
            cache=cache.memory.data_ptr(),
            n_blocks=cache.n_blocks,
            block_size=cache.block_size,
        )
        self._scratch = torch.empty(0)
        self._local = torch.empty(0)

    @staticmethod
    def can_serve(model: Transformer) -> bool:
        """Whether the model is of a kind that ``forward.c`` is written for."""
        if model.cos_SE.device.type != "cpu" or model.config.head_dim > _WIDEST_HEAD:
            return False
        return all(_kind(module) is not None for module in _matrices(model))

    def __call__(self, batch: Batch) -> Tensor:
        """Read the new tokens, cache their keys and values; return wanted logits, WV, fp32.

        Raises:
            IndexError: an id, position or block that does not exist.
        """
        logits_WV = torch.empty(len(batch.wanted_W), self._n_vocab)
        self._run(batch, batch.wanted_W, logits=logits_WV)
        return logits_WV

    def hidden(self, batch: Batch) -> Tensor:
        """As a call, but returns the normed residual stream of all new tokens, ND, fp32.

        Raises:
            IndexError: an id, position or block that does not exist.
        """
        n_tokens = len(batch.ids_N)
        hidden_ND = torch.empty(n_tokens, self._d_model)
        self._run(batch, torch.arange(n_tokens), hidden=hidden_ND)
        return hidden_ND

    def _run(
        self,
        batch: Batch,
        wanted_W: Tensor,
        *,
        hidden: Tensor | None = None,
        logits: Tensor | None = None,
    ) -> None:
        n_tokens = len(batch.ids_N)
        n_threads = torch.get_num_threads()
        what = self._pass
        self._scratch = _room(self._scratch, self._library.scratch_floats(self._model, n_tokens))
        what.ids = _address(batch.ids_N, torch.int64)
        what.positions = _address(batch.positions_N, torch.int64)
        what.rows = _address(batch.rows_N, torch.int32)
        what.tables = _address(batch.tables_RM, torch.int32)
        what.wanted = _address(wanted_W, torch.int64)
        what.n_rows, what.M = batch.tables_RM.shape
        what.local_floats = self._library.local_floats(self._model, what.M * what.block_size)
        self._local = _room(self._local, n_threads * what.local_floats)
        what.scratch, what.local = self._scratch.data_ptr(), self._local.data_ptr()
        what.hidden = None if hidden is None else hidden.data_ptr()
        what.logits = None if logits is None else logits.data_ptr()
        what.N, what.W = n_tokens, len(wanted_W)
        what.threads = n_threads
        if self._library.forward(self._model, what):
            raise IndexError(
                "a forward pass was asked for an id, position or block that does not exist"
            )

    def _describe(self, model: Transformer) -> NativeModel:
        config = model.config
        panels = _fits_panels(model)
        layers = (NativeLayer * config.n_layers)()
        for layer, block in zip(layers, model.blocks, strict=True):
            assert isinstance(block, Block)
            attention, feed_forward = block.attention, block.feed_forward
            layer.input_norm = self._keep(block.input_norm.weight)
            layer.ff_norm = self._keep(block.ff_norm.weight)
            if attention.q_norm is not None and attention.k_norm is not None:
                layer.q_norm = self._keep(attention.q_norm.weight)
                layer.k_norm = self._keep(attention.k_norm.weight)
            layer.qkv = self._matrix(attention.qkv_proj, panels)
            layer.o = self._matrix(attention.o_proj, panels)
            layer.gate_up = self._matrix(feed_forward.gate_up_proj, panels)
            layer.down = self._matrix(feed_forward.down_proj, panels)
        return NativeModel(
            layers=layers,
            norm=self._keep(model.norm.weight),
            cos=self._keep(model.cos_SE),
            sin=self._keep(model.sin_SE),
            embed=self._matrix(model.embed),
            head=self._matrix(model.lm_head, panels),
            n_layers=config.n_layers,
            D=config.d_model,
            H=config.n_heads,
            K=config.n_kv_heads,
            E=config.head_dim,
            F=config.d_ff,
            max_len=config.max_seq_len,
            eps=config.norm_eps,
        )

    def _keep(self, vector: Tensor) -> int:
        """Its address as fp32, and memory of it."""
        wide = vector.detach().float().contiguous()
        self._kept.append(wide)
        return wide.data_ptr()

    def _matrix(self, module: nn.Module, panels: bool = False) -> NativeMatrix:
        kind = _kind(module)
        assert kind is not None, f"forward.c has no product for {type(module).__name__}"
        weight, scale = module.weight, None
        assert isinstance(weight, Tensor)
        assert weight.is_contiguous()
        outputs, inputs = weight.shape
        if panels:
            kind, weight = _PANELS, weight.detach().view(-1, _PANEL, inputs).mT.contiguous()
        self._kept.append(weight)
        if isinstance(module, (Int8Linear, Int8Embedding, Int4Linear)):
            scale = module.scale
            self._kept.append(scale)
        return NativeMatrix(
            weights=weight.data_ptr(),
            scales=None if scale is None else scale.data_ptr(),
            kind=kind,
            outputs=outputs,
            inputs=inputs * (2 if kind == _INT4 else 1),
        )


def _matrices(model: Transformer) -> Iterator[nn.Module]:
    yield model.embed
    for block in model.blocks:
        assert isinstance(block, Block)
        yield block.attention.qkv_proj
        yield block.attention.o_proj
        yield block.feed_forward.gate_up_proj
        yield block.feed_forward.down_proj
    yield model.lm_head


def _fits_panels(model: Transformer) -> bool:
    """Whether the model is small, in fp32, and its matrices fall into whole panels."""
    config = model.config
    heads = (config.n_heads + 2 * config.n_kv_heads) * config.head_dim
    outputs = (heads, config.d_model, config.d_ff, config.vocab_size)
    return (
        all(_kind(module) == _FP32 for module in _matrices(model))
        and all(n % _PANEL == 0 for n in outputs)
        and 4 * config.multiplications_per_token <= _PANELS_UP_TO
    )


def _kind(module: nn.Module) -> int | None:
    if isinstance(module, (Int8Linear, Int8Embedding)):
        return _INT8
    if isinstance(module, Int4Linear):
        return _INT4
    if isinstance(module, (nn.Linear, nn.Embedding)):
        return {torch.float32: _FP32, torch.bfloat16: _BF16}.get(module.weight.dtype)
    return None


def _room(memory: Tensor, n_floats: int) -> Tensor:
    return memory if memory.numel() >= n_floats else torch.empty(n_floats)


def _address(tensor: Tensor, dtype: torch.dtype) -> int:
    if tensor.dtype != dtype or not tensor.is_contiguous() or tensor.device.type != "cpu":
        raise TypeError(f"a contiguous {dtype} on the CPU is needed, not {tensor.dtype}")
    return tensor.data_ptr()
