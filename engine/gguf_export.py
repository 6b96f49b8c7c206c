"""A checkpoint as one GGUF file, which llama.cpp and all that stands on it open.

Weights keep their stored type, except vectors, which llama.cpp reads as fp32 only.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import torch

from engine.dialect import load_dialect
from engine.errors import LabError
from engine.files import disk_error, fsync_folder, read_json
from engine.gguf_names import (
    ARCHITECTURES,
    ROPE_FREQS,
    pair_neighbours,
    rope_divisors,
    tensor_names,
    turned_heads,
)
from engine.gguf_vocabulary import TokenKind, splitter_name
from engine.hf_chat import read_chat_files
from engine.hf_config import ARCHITECTURES as QK_NORM
from engine.hf_config import config_from_hf
from engine.manifest import CheckpointInfo, verify
from engine.model import ModelConfig
from engine.tokenizer_imported import merge_pair
from engine.weight_files import WeightFiles

_TYPES = {
    torch.float32: gguf.GGMLQuantizationType.F32,
    torch.float16: gguf.GGMLQuantizationType.F16,
    torch.bfloat16: gguf.GGMLQuantizationType.BF16,
}
_FILE_TYPES = {
    torch.float32: gguf.LlamaFileType.ALL_F32,
    torch.float16: gguf.LlamaFileType.MOSTLY_F16,
    torch.bfloat16: gguf.LlamaFileType.MOSTLY_BF16,
}


def export_gguf(info: CheckpointInfo, path: Path) -> None:
    """Write the file; it is there whole or not at all.

    Args:
        info: a checkpoint, the lab's own or imported.
        path: a file that does not exist.

    Raises:
        LabError: the checkpoint is damaged, the file exists or cannot be written, or llama.cpp has
            no way to read such a model or tokenizer.
    """
    verify(info.path)
    config = config_from_hf(read_json(info.path / "config.json"))
    architecture = next(a for a, name in ARCHITECTURES.items() if QK_NORM[name] == config.qk_norm)
    if config.rope_scaling is not None and architecture != "llama":
        raise LabError(
            f"{info.name} stretches its rotary positions, which llama.cpp knows of the Llama "
            f"family only, and this is {architecture}. Export without --gguf."
        )
    if path.exists():
        raise LabError(f"{path} exists. Choose another file, or delete it first.")
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(temporary, info, config, architecture)
        os.rename(temporary, path)
        fsync_folder(path.parent)
    except OSError as error:
        raise disk_error(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def _write(path: Path, info: CheckpointInfo, config: ModelConfig, architecture: str) -> None:
    tensors = list(_tensors(WeightFiles(info.path), config, architecture))
    writer = gguf.GGUFWriter(path, architecture)
    try:
        writer.add_name(info.name)
        writer.add_file_type(_FILE_TYPES[tensors[0].values.dtype])
        _add_shape(writer, config)
        _add_tokenizer(writer, info, config)
        for tensor in tensors:
            tensor.announce(writer)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_ti_data_to_file()
        for tensor in tensors:
            writer.write_tensor_data(tensor.numbers())
        writer.flush()
    finally:
        writer.close()


@dataclass(frozen=True, slots=True)
class _Tensor:
    """One tensor on its way: values as stored, mapped from the file until they are written."""

    name: str
    values: torch.Tensor
    n_heads: int
    """Heads whose rows are to be put in llama.cpp's order; 0 for none."""

    def announce(self, writer: gguf.GGUFWriter) -> None:
        kind = _TYPES[self.values.dtype]
        numbers = np.dtype(np.uint16 if kind == gguf.GGMLQuantizationType.BF16 else np.float32)
        writer.add_tensor_info(self.name, self.values.shape, numbers, self.values.nbytes, kind)

    def numbers(self) -> np.ndarray[Any, Any]:
        values = self.values
        rows = (values.view(torch.uint16) if values.dtype == torch.bfloat16 else values).numpy()
        if self.n_heads:
            rows = pair_neighbours(rows, self.n_heads)
        return np.ascontiguousarray(rows)


def _tensors(weights: WeightFiles, config: ModelConfig, architecture: str) -> Iterator[_Tensor]:
    for name, theirs in tensor_names(config.n_layers):
        if theirs not in weights or (theirs == "lm_head.weight" and config.tie_embeddings):
            continue
        values = weights[theirs]
        if values.dim() == 1 or values.dtype == torch.float64:
            values = values.float()
        n_heads = turned_heads(
            architecture, name, n_heads=config.n_heads, n_kv_heads=config.n_kv_heads
        )
        yield _Tensor(name, values, n_heads)
    if config.rope_scaling is not None:
        yield _Tensor(ROPE_FREQS, rope_divisors(config), 0)


def _add_shape(writer: gguf.GGUFWriter, config: ModelConfig) -> None:
    writer.add_vocab_size(config.vocab_size)
    writer.add_context_length(config.max_seq_len)
    writer.add_embedding_length(config.d_model)
    writer.add_block_count(config.n_layers)
    writer.add_feed_forward_length(config.d_ff)
    writer.add_head_count(config.n_heads)
    writer.add_head_count_kv(config.n_kv_heads)
    writer.add_key_length(config.head_dim)
    writer.add_value_length(config.head_dim)
    writer.add_rope_dimension_count(config.head_dim)
    writer.add_rope_freq_base(config.rope_theta)
    writer.add_layer_norm_rms_eps(config.norm_eps)
    if config.rope_scaling is not None:
        writer.add_rope_scaling_orig_ctx_len(config.rope_scaling.original_max_seq_len)


def _add_tokenizer(writer: gguf.GGUFWriter, info: CheckpointInfo, config: ModelConfig) -> None:
    data = read_json(info.path / "tokenizer.json")
    files, dialect = read_chat_files(info.path), load_dialect(info)
    texts, kinds = _tokens(data, config.vocab_size)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(splitter_name(data))
    writer.add_token_list(texts)
    writer.add_token_types(kinds)
    writer.add_token_merges([" ".join(merge_pair(merge)) for merge in data["model"]["merges"]])
    special = dialect.tokenizer.special
    bos = special.get(files.names.get("bos_token", ""))
    if bos is not None:
        writer.add_bos_token_id(bos)
    eos = special.get(files.names.get("eos_token", ""), next(iter(files.eos_ids), None))
    if eos is not None:
        writer.add_eos_token_id(eos)
    others = [token for token in files.eos_ids if token != eos]
    if others:
        writer.add_eot_token_id(others[0])
    writer.add_add_bos_token(dialect.render_completion("") != [])
    if files.template is not None:
        writer.add_chat_template(files.template)


def _tokens(data: Mapping[str, Any], vocab_size: int) -> tuple[list[str], list[int]]:
    """Text and kind of every id; an embedding may have more rows than there are tokens."""
    texts = [f"[PAD{i}]" for i in range(vocab_size)]
    kinds = [int(TokenKind.UNUSED)] * vocab_size
    for text, token in data["model"]["vocab"].items():
        texts[token], kinds[token] = text, TokenKind.NORMAL
    for added in data["added_tokens"]:
        kind = TokenKind.CONTROL if added["special"] else TokenKind.USER_DEFINED
        texts[added["id"]], kinds[added["id"]] = added["content"], kind
    return texts, kinds
