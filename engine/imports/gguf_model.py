"""A model from a GGUF file, as the Hugging Face folder that it was once made from.

Numbers that are not quantized keep their type. Quantized ones are unpacked to fp32, which holds
them exactly; in a model so large that a CPU computes it in 16 bits anyway, to fp16.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import CheckpointError
from engine.files import write_json
from engine.gguf_names import (
    ARCHITECTURES,
    ROPE_FREQS,
    pair_halves,
    tensor_names,
    turned_heads,
)
from engine.gguf_vocabulary import tokenizer_json
from engine.hf_config import ARCHITECTURES as QK_NORM
from engine.hf_config import config_to_hf
from engine.imports.gguf_file import GgufFile, GgufTensor
from engine.imports.gguf_rope import with_rope_scaling
from engine.imports.gguf_tokens import (
    SpecialIds,
    chat_template,
    named_tokens,
    read_vocabulary,
    special_ids,
)
from engine.imports.progress import Counter, Progress
from engine.model import ModelConfig
from engine.precision import BIG_MODEL
from engine.safetensors_writer import StoredType, TensorSource, write_safetensors

_TORCH_NAMES = {"F32": "float32", "F16": "float16", "BF16": "bfloat16"}


def bring_gguf(source: Path, into: Path, progress: Progress) -> None:
    """Write configuration, tokenizer and weights of a GGUF file.

    Args:
        source: the file.
        into: an empty folder.
        progress: told how much of the weights is written.

    Raises:
        CheckpointError: damaged, of another architecture, or with a tokenizer of another kind.
        OSError: the disk is full.
    """
    file = GgufFile(source)
    architecture = file.text("general.architecture")
    if architecture not in ARCHITECTURES:
        raise CheckpointError(
            f"{source} holds a model of the architecture {architecture!r}, but only "
            f"{' and '.join(ARCHITECTURES)} can be read. Choose a model of these families."
        )
    unpacked = unpacked_type(file)
    config = with_rope_scaling(file, architecture, _shape(file, architecture))
    tokens = special_ids(file)
    written = config_to_hf(
        config, bos=tokens.bos, eos=next(iter(tokens.eos), None), dtype=_TORCH_NAMES[unpacked]
    )
    write_json(into / "config.json", written)
    _write_tokenizer(file, into, config, tokens)
    tensors = list(_tensors(file, architecture, config, unpacked))
    counter = Counter(progress, "unpacking weights", sum(tensor.nbytes for tensor in tensors))
    write_safetensors(into / "model.safetensors", tensors, counter.add)


def unpacked_type(file: GgufFile) -> StoredType:
    """What the matrices are stored as."""
    matrices = [tensor for tensor in file.tensors.values() if len(tensor.shape) > 1]
    plain = {tensor.plain for tensor in matrices}
    if len(plain) == 1 and None not in plain:
        return next(kind for kind in plain if kind is not None)
    n_params = sum(math.prod(tensor.shape) for tensor in matrices)
    return "F32" if n_params < BIG_MODEL else "F16"


def _shape(file: GgufFile, architecture: str) -> ModelConfig:
    """The shape that the file's settings describe."""
    key = f"{architecture}."
    if file.integer(key + "expert_count", 0) > 0:
        raise CheckpointError(
            f"{file.path} is a mixture of {file.integer(key + 'expert_count')} experts, which this "
            "lab does not have. Choose a dense model."
        )
    d_model = file.integer(key + "embedding_length")
    n_heads = file.integer(key + "attention.head_count")
    head_dim = file.integer(key + "attention.key_length", d_model // max(n_heads, 1))
    for name in ("attention.value_length", "rope.dimension_count"):
        if file.integer(key + name, head_dim) != head_dim:
            raise CheckpointError(
                f"{file.path} says {key + name} = {file.integer(key + name)}, but its heads have "
                f"{head_dim} dimensions, and this lab needs them to agree. Choose another model."
            )
    n_layers = file.integer(key + "block_count")
    if n_layers > len(file.tensors):  # before a list is made of them
        raise CheckpointError(
            f"{file.path} says {key}block_count = {n_layers}, but holds only {len(file.tensors)} "
            "tensors. Fetch it again."
        )
    embedding = file.tensors.get("token_embd.weight")
    return ModelConfig(
        vocab_size=embedding.shape[0] if embedding else file.integer(key + "vocab_size"),
        d_model=d_model,
        n_layers=n_layers,
        n_heads=n_heads,
        n_kv_heads=file.integer(key + "attention.head_count_kv", n_heads),
        head_dim=head_dim,
        d_ff=file.integer(key + "feed_forward_length"),
        max_seq_len=file.integer(key + "context_length"),
        rope_theta=file.number(key + "rope.freq_base", 10_000.0),
        norm_eps=file.number(key + "attention.layer_norm_rms_epsilon"),
        qk_norm=QK_NORM[ARCHITECTURES[architecture]],
        tie_embeddings="output.weight" not in file.tensors,
    )


def _tensors(
    file: GgufFile, architecture: str, config: ModelConfig, unpacked: StoredType
) -> Iterator[TensorSource]:
    names = dict(tensor_names(config.n_layers))
    for name, tensor in file.tensors.items():
        if name == ROPE_FREQS:
            continue
        n_heads = turned_heads(
            architecture, name, n_heads=config.n_heads, n_kv_heads=config.n_kv_heads
        )
        # An unknown name goes in as it is: the check of the finished folder names it.
        dtype = tensor.plain or unpacked
        yield TensorSource(
            names.get(name, name), dtype, tensor.shape, _Reader(tensor, dtype, n_heads)
        )


class _Reader:
    """Reads one tensor, its rows in Hugging Face's order."""

    def __init__(self, tensor: GgufTensor, dtype: StoredType, n_heads: int) -> None:
        self._tensor = tensor
        self._dtype = dtype
        self._n_heads = n_heads

    def __call__(self) -> np.ndarray[Any, Any]:
        rows = self._tensor.rows(self._dtype)
        if not self._n_heads:
            return rows
        if rows.shape[0] % (2 * self._n_heads):
            raise CheckpointError(
                f"The tensor {self._tensor.name} has {rows.shape[0]} rows for {self._n_heads} "
                "heads: weights and settings do not belong together. Fetch the file again."
            )
        return pair_halves(rows, self._n_heads)


def _write_tokenizer(file: GgufFile, into: Path, config: ModelConfig, special: SpecialIds) -> None:
    vocabulary = read_vocabulary(file)
    n_tokens = len(vocabulary.tokens)
    if n_tokens > config.vocab_size:
        raise CheckpointError(
            f"{file.path} has a tokenizer with ids up to {n_tokens - 1}, but the model knows 0 "
            f"to {config.vocab_size - 1}: they do not belong together. Fetch the file again."
        )
    write_json(into / "tokenizer.json", tokenizer_json(vocabulary))
    template = chat_template(file)
    write_json(
        into / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            **named_tokens(vocabulary, special),
            "clean_up_tokenization_spaces": False,
            "model_max_length": config.max_seq_len,
            **({} if template is None else {"chat_template": template}),
        },
    )
    write_json(
        into / "generation_config.json",
        {"bos_token_id": special.bos, "eos_token_id": list(special.eos)},
    )
