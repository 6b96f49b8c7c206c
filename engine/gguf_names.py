"""What llama.cpp calls the tensors and settings of a model, and how it orders their rows.

Sources: the GGUF specification (github.com/ggml-org/ggml, docs/gguf.md) and the names of the
``gguf`` package.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy.typing as npt
from torch import Tensor

from engine.model import ModelConfig, rope_frequencies

ARCHITECTURES = {"llama": "LlamaForCausalLM", "qwen3": "Qwen3ForCausalLM"}
"""GGUF's name of a family to that of ``config.json``."""

ROPE_FREQS = "rope_freqs.weight"
"""Divisors of the rotary frequencies: how a file says that they are stretched as Llama 3.1's."""

_GLOBAL = {
    "token_embd.weight": "model.embed_tokens.weight",
    "output_norm.weight": "model.norm.weight",
    "output.weight": "lm_head.weight",
}
_OF_A_LAYER = {
    "attn_norm.weight": "input_layernorm.weight",
    "attn_q.weight": "self_attn.q_proj.weight",
    "attn_k.weight": "self_attn.k_proj.weight",
    "attn_v.weight": "self_attn.v_proj.weight",
    "attn_output.weight": "self_attn.o_proj.weight",
    "attn_q_norm.weight": "self_attn.q_norm.weight",
    "attn_k_norm.weight": "self_attn.k_norm.weight",
    "ffn_norm.weight": "post_attention_layernorm.weight",
    "ffn_gate.weight": "mlp.gate_proj.weight",
    "ffn_up.weight": "mlp.up_proj.weight",
    "ffn_down.weight": "mlp.down_proj.weight",
}


def tensor_names(n_layers: int) -> Iterator[tuple[str, str]]:
    """All pairs of a GGUF name and its Hugging Face name, that a model may have."""
    yield from _GLOBAL.items()
    for layer in range(n_layers):
        for ours, theirs in _OF_A_LAYER.items():
            yield f"blk.{layer}.{ours}", f"model.layers.{layer}.{theirs}"


def turned_heads(architecture: str, name: str, *, n_heads: int, n_kv_heads: int) -> int:
    """Heads of a tensor whose rows GGUF orders otherwise than Hugging Face does; 0 if it does not.

    The ``llama`` family pairs neighbouring rows of a head for its rotary positions, Hugging Face
    rows that are half a head apart; ``qwen3`` is stored as it is.
    """
    if architecture != "llama":
        return 0
    if name.endswith(".attn_q.weight"):
        return n_heads
    return n_kv_heads if name.endswith(".attn_k.weight") else 0


def pair_halves(rows: npt.NDArray[Any], n_heads: int) -> npt.NDArray[Any]:
    """From neighbouring pairs to pairs half a head apart, ``[rows, ...]`` to the same shape."""
    half = rows.shape[0] // n_heads // 2
    return rows.reshape(n_heads, half, 2, *rows.shape[1:]).swapaxes(1, 2).reshape(rows.shape)


def pair_neighbours(rows: npt.NDArray[Any], n_heads: int) -> npt.NDArray[Any]:
    """The inverse of ``pair_halves``."""
    half = rows.shape[0] // n_heads // 2
    return rows.reshape(n_heads, 2, half, *rows.shape[1:]).swapaxes(1, 2).reshape(rows.shape)


def rope_divisors(config: ModelConfig) -> Tensor:
    """The content of ``ROPE_FREQS``: what each frequency is divided by, ``[E/2]``, fp32."""
    return rope_frequencies(replace(config, rope_scaling=None)) / rope_frequencies(config)
