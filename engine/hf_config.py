"""A model's configuration as a Hugging Face ``config.json``, in both directions.

``transformers``, vLLM and llama.cpp open a model by this file. Reading is strict: a setting that
this model does not have is refused, as ignoring it would give a model that answers nonsense.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import CheckpointError
from engine.model import ModelConfig, RopeScaling

ARCHITECTURES = {"Qwen3ForCausalLM": True, "LlamaForCausalLM": False}
"""Known architectures, and whether they norm queries and keys."""

_SAME_EVERYWHERE = {"hidden_act": "silu", "attention_bias": False, "mlp_bias": False,
                    "use_sliding_window": False, "partial_rotary_factor": 1.0,
                    "quantization_config": None}  # fmt: skip
"""Settings that may stand in a configuration, with the only value that this model can honour."""

MAX_CONTEXT = 1 << 22
"""Positions of the longest contexts published: tables of as many are made when a model is read."""


def config_to_hf(
    config: ModelConfig, *, bos: int | None, eos: int | None, dtype: str
) -> dict[str, Any]:
    """Return the content of ``config.json``.

    Args:
        config: the model's shape.
        bos: id that begins a document, if any.
        eos: id that ends a generation, if any.
        dtype: of the stored weights, as in "bfloat16".
    """
    kind = "qwen3" if config.qk_norm else "llama"
    rope: dict[str, Any] = {"rope_theta": config.rope_theta}
    # transformers 5 reads rope_parameters; 4, vLLM and llama.cpp read rope_theta, rope_scaling.
    parameters: dict[str, Any] = {"rope_type": "default", "rope_theta": config.rope_theta}
    if config.rope_scaling is not None:
        scaling = {
            "rope_type": "llama3",
            "factor": config.rope_scaling.factor,
            "low_freq_factor": config.rope_scaling.low_freq_factor,
            "high_freq_factor": config.rope_scaling.high_freq_factor,
            "original_max_position_embeddings": config.rope_scaling.original_max_seq_len,
        }
        rope["rope_scaling"] = scaling
        parameters |= scaling
    architecture = next(name for name, norm in ARCHITECTURES.items() if norm == config.qk_norm)
    return {
        "architectures": [architecture],
        "model_type": kind,
        "vocab_size": config.vocab_size,
        "hidden_size": config.d_model,
        "num_hidden_layers": config.n_layers,
        "num_attention_heads": config.n_heads,
        "num_key_value_heads": config.n_kv_heads,
        "head_dim": config.head_dim,
        "intermediate_size": config.d_ff,
        "max_position_embeddings": config.max_seq_len,
        "rms_norm_eps": config.norm_eps,
        "tie_word_embeddings": config.tie_embeddings,
        "bos_token_id": bos,
        "eos_token_id": eos,
        # transformers 5 reads dtype, all others torch_dtype.
        "dtype": dtype,
        "torch_dtype": dtype,
        "hidden_act": "silu",
        "attention_bias": False,
        **({} if config.qk_norm else {"mlp_bias": False}),
        **rope,
        "rope_parameters": parameters,
    }


def config_from_hf(data: Mapping[str, Any]) -> ModelConfig:
    """Read the content of a ``config.json``.

    Raises:
        CheckpointError: another architecture, a missing value or one of the wrong type, or a
            setting that this model does not have.
    """
    if not isinstance(data, Mapping):
        raise CheckpointError("config.json is not a JSON object. Restore it from its source.")
    names = data.get("architectures")
    architecture = names[0] if isinstance(names, list) and len(names) == 1 else names
    if not isinstance(architecture, str) or architecture not in ARCHITECTURES:
        raise CheckpointError(
            f"config.json describes the architecture {architecture!r}, but only "
            f"{' and '.join(ARCHITECTURES)} can be read. Choose a model of these families."
        )
    for name, value in _SAME_EVERYWHERE.items():
        if data.get(name) not in (None, value):
            raise CheckpointError(
                f"config.json sets {name} = {data[name]!r}, which this model does not have. "
                "Choose another checkpoint."
            )
    kinds = data.get("layer_types")
    for kind in kinds if isinstance(kinds, list) else [kinds]:
        if kind not in (None, "full_attention"):
            raise CheckpointError(
                f"config.json has a layer of the type {kind!r}, but only full_attention is known. "
                "Choose another checkpoint."
            )
    read = _Reader(data)
    d_model, n_heads = read.integer("hidden_size"), read.integer("num_attention_heads")
    rope = read.table("rope_parameters") or data
    return ModelConfig(
        vocab_size=read.integer("vocab_size"),
        d_model=d_model,
        n_layers=read.integer("num_hidden_layers"),
        n_heads=n_heads,
        n_kv_heads=read.integer("num_key_value_heads", n_heads),
        head_dim=read.integer("head_dim", d_model // max(n_heads, 1)),
        d_ff=read.integer("intermediate_size"),
        max_seq_len=read.integer("max_position_embeddings", most=MAX_CONTEXT),
        rope_theta=_Reader(rope).number("rope_theta", read.number("rope_theta", 10_000.0)),
        rope_scaling=_rope_scaling(rope if rope is not data else read.table("rope_scaling")),
        norm_eps=read.number("rms_norm_eps", 1e-6),
        qk_norm=ARCHITECTURES[architecture],
        tie_embeddings=read.boolean("tie_word_embeddings", False),
    )


def _rope_scaling(table: Mapping[str, Any] | None) -> RopeScaling | None:
    if not table:
        return None
    kind = table.get("rope_type", table.get("type", "default"))
    if kind == "default":
        return None
    if kind != "llama3":
        raise CheckpointError(
            f"config.json stretches rotary positions by {kind!r}, but only 'llama3' is known. "
            "Choose another checkpoint."
        )
    read = _Reader(table)
    return RopeScaling(
        factor=read.number("factor"),
        low_freq_factor=read.number("low_freq_factor"),
        high_freq_factor=read.number("high_freq_factor"),
        original_max_seq_len=read.integer("original_max_position_embeddings"),
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    """Typed look-ups in a parsed JSON object; a missing value needs a default."""

    data: Mapping[str, Any]

    def integer(self, name: str, default: int | None = None, *, most: int = (1 << 31) - 1) -> int:
        value = self._value(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or value > most:
            raise self._wrong(name, value, f"a whole number of at most {most}")
        return value

    def number(self, name: str, default: float | None = None) -> float:
        value = self._value(name, default)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not abs(value) <= sys.float_info.max:  # nor NaN, nor more than a float
            raise self._wrong(name, value, "a finite number")
        return float(value)

    def boolean(self, name: str, default: bool | None = None) -> bool:
        value = self._value(name, default)
        if not isinstance(value, bool):
            raise self._wrong(name, value, "true or false")
        return value

    def table(self, name: str) -> Mapping[str, Any] | None:
        value = self.data.get(name)
        if value is not None and not isinstance(value, Mapping):
            raise self._wrong(name, value, "an object")
        return value

    def _value(self, name: str, default: Any) -> Any:
        value = self.data.get(name)
        return default if value is None else value

    def _wrong(self, name: str, value: Any, wanted: str) -> CheckpointError:
        return CheckpointError(
            f"config.json says {name} = {repr(value)[:80]}, but {wanted} is needed. "
            "Restore the checkpoint from its source."
        )
