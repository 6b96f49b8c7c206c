"""Our weights and configuration under the names of Hugging Face, and back.

Inside, query, key and value are one matrix and gate and up are one (one product instead of three
or two); in a file they are apart, as ``Qwen3ForCausalLM`` and ``LlamaForCausalLM`` have them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from engine.errors import CheckpointError
from engine.model import ModelConfig, RopeScaling

ARCHITECTURES = {"Qwen3ForCausalLM": "qwen3", "LlamaForCausalLM": "llama"}
_BLOCK_NAMES = {
    "input_norm.weight": "input_layernorm.weight",
    "attention.o_proj.weight": "self_attn.o_proj.weight",
    "attention.q_norm.weight": "self_attn.q_norm.weight",
    "attention.k_norm.weight": "self_attn.k_norm.weight",
    "ff_norm.weight": "post_attention_layernorm.weight",
    "feed_forward.down_proj.weight": "mlp.down_proj.weight",
}
_TOP_NAMES = {
    "embed.weight": "model.embed_tokens.weight",
    "norm.weight": "model.norm.weight",
    "lm_head.weight": "lm_head.weight",
}


def _fused(config: ModelConfig) -> dict[str, list[tuple[str, int]]]:
    """Fused name -> the parts it is made of, with their rows."""
    kv = config.n_kv_heads * config.head_dim
    return {
        "attention.qkv_proj.weight": [
            ("self_attn.q_proj.weight", config.n_heads * config.head_dim),
            ("self_attn.k_proj.weight", kv),
            ("self_attn.v_proj.weight", kv),
        ],
        "feed_forward.gate_up_proj.weight": [
            ("mlp.gate_proj.weight", config.d_ff),
            ("mlp.up_proj.weight", config.d_ff),
        ],
    }


def state_to_hf(state: Mapping[str, Tensor], config: ModelConfig) -> dict[str, Tensor]:
    """Rename and split a ``Transformer`` state dict; a tied head is left out."""
    fused = _fused(config)
    out: dict[str, Tensor] = {}
    for name, tensor in state.items():
        if name in _TOP_NAMES:
            if not (name == "lm_head.weight" and config.tie_embeddings):
                out[_TOP_NAMES[name]] = tensor
            continue
        _, layer, inner = name.split(".", 2)
        prefix = f"model.layers.{layer}."
        if inner in fused:
            names, rows = zip(*fused[inner], strict=True)
            for part, piece in zip(names, tensor.split(rows), strict=True):
                out[prefix + part] = piece.contiguous()
        else:
            out[prefix + _BLOCK_NAMES[inner]] = tensor
    return out


def state_from_hf(tensors: Mapping[str, Tensor], config: ModelConfig) -> dict[str, Tensor]:
    """Fuse and rename tensors of a Llama or Qwen3 checkpoint.

    Raises:
        CheckpointError: a tensor is missing, unexpected or of a wrong shape.
    """
    left = dict(tensors)
    if config.tie_embeddings:
        left.pop("lm_head.weight", None)  # some files repeat the tied matrix

    def take(name: str, shape: tuple[int, ...]) -> Tensor:
        tensor = left.pop(name, None)
        if tensor is None:
            raise CheckpointError(
                f"The weights lack the tensor {name!r}. The file is incomplete or of another "
                "architecture: get it again or choose another model."
            )
        if tuple(tensor.shape) != shape:
            raise CheckpointError(
                f"The tensor {name!r} has shape {tuple(tensor.shape)} where the configuration "
                f"asks for {shape}. Config and weights belong to different models."
            )
        return tensor

    D, E, V = config.d_model, config.head_dim, config.vocab_size
    out = {
        "embed.weight": take("model.embed_tokens.weight", (V, D)),
        "norm.weight": take("model.norm.weight", (D,)),
    }
    if config.tie_embeddings:
        out["lm_head.weight"] = out["embed.weight"]
    else:
        out["lm_head.weight"] = take("lm_head.weight", (V, D))
    shapes: dict[str, tuple[int, ...]] = {
        "input_norm.weight": (D,),
        "ff_norm.weight": (D,),
        "attention.o_proj.weight": (D, config.n_heads * E),
        "feed_forward.down_proj.weight": (D, config.d_ff),
    }
    if config.qk_norm:
        shapes |= {"attention.q_norm.weight": (E,), "attention.k_norm.weight": (E,)}
    for layer in range(config.n_layers):
        prefix = f"model.layers.{layer}."
        for inner, shape in shapes.items():
            out[f"blocks.{layer}.{inner}"] = take(prefix + _BLOCK_NAMES[inner], shape)
        for inner, parts in _fused(config).items():
            out[f"blocks.{layer}.{inner}"] = torch.cat(
                [take(prefix + name, (rows, D)) for name, rows in parts]
            )
    if left:
        raise CheckpointError(
            f"The weights hold {len(left)} tensors this architecture has no place for, such as "
            f"{min(left)!r}. Choose a Llama or Qwen3 model."
        )
    return out


def config_to_hf(config: ModelConfig, *, bos: int, eos: int, dtype: str) -> dict[str, Any]:
    """A ``config.json``: Qwen3 with QK-norm, Llama without."""
    architecture = "Qwen3ForCausalLM" if config.qk_norm else "LlamaForCausalLM"
    scaling = config.rope_scaling
    return {
        "architectures": [architecture],
        "model_type": ARCHITECTURES[architecture],
        "vocab_size": config.vocab_size,
        "hidden_size": config.d_model,
        "num_hidden_layers": config.n_layers,
        "num_attention_heads": config.n_heads,
        "num_key_value_heads": config.n_kv_heads,
        "head_dim": config.head_dim,
        "intermediate_size": config.d_ff,
        "max_position_embeddings": config.max_seq_len,
        "rope_theta": config.rope_theta,
        "rope_scaling": None
        if scaling is None
        else {
            "rope_type": "llama3",
            "factor": scaling.factor,
            "low_freq_factor": scaling.low_freq_factor,
            "high_freq_factor": scaling.high_freq_factor,
            "original_max_position_embeddings": scaling.original_max_seq_len,
        },
        "rms_norm_eps": config.norm_eps,
        "tie_word_embeddings": config.tie_embeddings,
        "hidden_act": "silu",
        "attention_bias": False,
        "attention_dropout": 0.0,
        "initializer_range": 0.02,
        "use_cache": True,
        "bos_token_id": bos,
        "eos_token_id": eos,
        "torch_dtype": dtype,
    }


def config_from_hf(data: Mapping[str, Any]) -> ModelConfig:
    """Read a ``config.json`` of the Llama or Qwen3 family.

    Raises:
        CheckpointError: another architecture, a missing field, or a variant we do not compute.
    """
    architecture = (data.get("architectures") or ["none"])[0]
    if architecture not in ARCHITECTURES:
        raise CheckpointError(
            f"The architecture {architecture!r} is not one of {', '.join(ARCHITECTURES)}. "
            "Choose a Llama or Qwen3 model."
        )
    for key, harmless in (("attention_bias", False), ("mlp_bias", False), ("hidden_act", "silu")):
        if data.get(key, harmless) != harmless:
            raise CheckpointError(
                f"config.json has {key} = {data[key]!r}, which this engine does not compute. "
                "Choose another model."
            )
    try:
        heads = int(data["num_attention_heads"])
        return ModelConfig(
            vocab_size=int(data["vocab_size"]),
            d_model=int(data["hidden_size"]),
            n_layers=int(data["num_hidden_layers"]),
            n_heads=heads,
            n_kv_heads=int(data.get("num_key_value_heads") or heads),
            head_dim=int(data.get("head_dim") or int(data["hidden_size"]) // heads),
            d_ff=int(data["intermediate_size"]),
            max_seq_len=int(data["max_position_embeddings"]),
            rope_theta=float(data.get("rope_theta", 10_000.0)),
            rope_scaling=_scaling_from_hf(data.get("rope_scaling")),
            norm_eps=float(data["rms_norm_eps"]),
            qk_norm=architecture == "Qwen3ForCausalLM",
            tie_embeddings=bool(data.get("tie_word_embeddings", False)),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(
            f"config.json lacks or garbles {error}. Restore the file from the model's source."
        ) from error


def _scaling_from_hf(data: Mapping[str, Any] | None) -> RopeScaling | None:
    if data is None:
        return None
    kind = data.get("rope_type", data.get("type"))
    if kind == "default":
        return None
    if kind != "llama3":
        raise CheckpointError(
            f"config.json asks for rope scaling of type {kind!r}; this engine computes 'llama3' "
            "only. Choose another model."
        )
    return RopeScaling(
        factor=float(data["factor"]),
        low_freq_factor=float(data["low_freq_factor"]),
        high_freq_factor=float(data["high_freq_factor"]),
        original_max_seq_len=int(data["original_max_position_embeddings"]),
    )
