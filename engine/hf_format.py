"""Names and shapes of weights in the Hugging Face form, in both directions.

Ours differ in two things only: query, key and value projections are one matrix here, as are gate
and up projections. Reading is strict: a tensor that is missing, unexpected or of another shape is
refused, as a model with a hole runs and answers nonsense.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.errors import CheckpointError
from engine.model import ModelConfig


def state_to_hf(state: Mapping[str, Tensor], config: ModelConfig) -> dict[str, Tensor]:
    """Rename and split the tensors of ``Transformer.state_dict()``.

    A tied ``lm_head`` is left out, as is the custom. The tensors share memory with ``state``.

    Raises:
        CheckpointError: ``state`` is not that of a model of ``config``.
    """
    expected = {part.ours: part for part in _layout(config)}
    given = {name: t for name, t in state.items() if not _is_left_out(config, name)}
    _check_names(given, expected, "the model's state")
    weights: dict[str, Tensor] = {}
    for name, part in expected.items():
        shape = (sum(part.rows), *part.rest)
        _check_shape(name, given[name], shape, "the model's state")
        weights.update(zip(part.theirs, given[name].split_with_sizes(part.rows), strict=True))
    return weights


def state_from_hf(
    weights: Mapping[str, Tensor],
    config: ModelConfig,
    *,
    device: torch.device | str | None = None,
    dtype: torch.dtype | None = None,
) -> dict[str, Tensor]:
    """Rename and fuse tensors of a ``model.safetensors`` for ``Transformer.load_state_dict``.

    Args:
        weights: tensors by their Hugging Face names; each is looked up once, so that files can be
            read one tensor after another.
        config: the model to load them into.
        device: where the result goes; None leaves each tensor where it is.
        dtype: of the result; None leaves each tensor its own.

    Returns:
        New tensors, none of which shares memory with ``weights``.

    Raises:
        CheckpointError: a tensor is missing, unexpected or of another shape.
    """
    check_weights(weights, config)
    state: dict[str, Tensor] = {}
    for part in _layout(config):
        first = weights[part.theirs[0]]
        whole = torch.empty(
            (sum(part.rows), *part.rest), device=device or first.device, dtype=dtype or first.dtype
        )
        for name, rows in zip(part.theirs, whole.split_with_sizes(part.rows), strict=True):
            rows.copy_(weights[name])
        state[part.ours] = whole
    if config.tie_embeddings:
        state["lm_head.weight"] = state["embed.weight"]
    return state


def check_weights(weights: Mapping[str, Tensor], config: ModelConfig) -> None:
    """Hold names and shapes against a configuration, without reading a value.

    Raises:
        CheckpointError: a tensor is missing, unexpected or of another shape.
    """
    if config.n_layers > len(weights):  # before a list is made of them
        raise CheckpointError(
            f"The configuration says {config.n_layers} layers, but model.safetensors holds only "
            f"{len(weights)} tensors. Restore the checkpoint from its source."
        )
    layout = list(_layout(config))
    expected = {name for part in layout for name in part.theirs}
    given = [name for name in weights if not _is_left_out(config, name)]
    _check_names(given, expected, "model.safetensors")
    for part in layout:
        for name, rows in zip(part.theirs, part.rows, strict=True):
            _check_shape(name, weights[name], (rows, *part.rest), "model.safetensors")


@dataclass(frozen=True, slots=True)
class _Part:
    """A tensor of ours and the tensors of theirs that it consists of, from the first row down."""

    ours: str
    theirs: tuple[str, ...]
    rows: tuple[int, ...]
    rest: tuple[int, ...]


def _layout(config: ModelConfig) -> Iterator[_Part]:
    """Yield every tensor of a model."""
    D, F, V = config.d_model, config.d_ff, config.vocab_size
    q, kv = config.n_heads * config.head_dim, config.n_kv_heads * config.head_dim
    yield _Part("embed.weight", ("model.embed_tokens.weight",), (V,), (D,))
    for i in range(config.n_layers):
        ours, theirs = f"blocks.{i}.", f"model.layers.{i}."
        attention = theirs + "self_attn."
        yield _Part(ours + "input_norm.weight", (theirs + "input_layernorm.weight",), (D,), ())
        yield _Part(
            ours + "attention.qkv_proj.weight",
            tuple(f"{attention}{letter}_proj.weight" for letter in "qkv"),
            (q, kv, kv),
            (D,),
        )
        if config.qk_norm:
            for name in ("q_norm.weight", "k_norm.weight"):
                yield _Part(f"{ours}attention.{name}", (attention + name,), (config.head_dim,), ())
        yield _Part(ours + "attention.o_proj.weight", (attention + "o_proj.weight",), (D,), (q,))
        yield _Part(
            ours + "ff_norm.weight", (theirs + "post_attention_layernorm.weight",), (D,), ()
        )
        yield _Part(
            ours + "feed_forward.gate_up_proj.weight",
            (theirs + "mlp.gate_proj.weight", theirs + "mlp.up_proj.weight"),
            (F, F),
            (D,),
        )
        down = "down_proj.weight"
        yield _Part(f"{ours}feed_forward.{down}", (f"{theirs}mlp.{down}",), (D,), (F,))
    yield _Part("norm.weight", ("model.norm.weight",), (D,), ())
    if not config.tie_embeddings:
        yield _Part("lm_head.weight", ("lm_head.weight",), (V,), (D,))


def _is_left_out(config: ModelConfig, name: str) -> bool:
    """A head that is the embedding once more, or the rotary frequencies of older files."""
    tied_head = config.tie_embeddings and name == "lm_head.weight"
    return tied_head or name.endswith(".rotary_emb.inv_freq")


def _check_names(given: Collection[str], expected: Collection[str], where: str) -> None:
    for fault, names in (
        ("lacks", sorted(set(expected) - set(given))),
        ("holds the unexpected", sorted(set(given) - set(expected))),
    ):
        if names:
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            raise CheckpointError(
                f"{where} {fault} tensor {names[0]}{more}: weights and configuration do not "
                "belong together. Restore the checkpoint from its source."
            )


def _check_shape(name: str, tensor: Tensor, shape: tuple[int, ...], where: str) -> None:
    if tuple(tensor.shape) != shape:
        raise CheckpointError(
            f"In {where} the tensor {name} has the shape {tuple(tensor.shape)}, but the "
            f"configuration says {shape}. Restore the checkpoint from its source."
        )
