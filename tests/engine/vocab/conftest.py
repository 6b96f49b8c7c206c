"""Tokenizers in the forms that others give them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gguf
import pytest

from engine.gguf_vocabulary import TokenKind
from engine.manifest import find_checkpoint

TEMPLATE = (
    "{{- '<|bos|>' }}"
    "{%- if messages[0].role != 'system' %}{{- 'Be kind.\\n' }}{% endif %}"
    "{%- for m in messages %}"
    "{{- '<|' ~ m.role ~ '_start|>' ~ m.content ~ '<|' ~ m.role ~ '_end|>\\n' }}"
    "{%- endfor %}"
    "{%- if add_generation_prompt %}{{- '<|assistant_start|>' }}{% endif %}"
)
NANO = find_checkpoint("nano/base").path / "tokenizer.json"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A Hugging Face folder without weights: the lab's tokens, somebody else's template."""
    path = tmp_path / "theirs"
    path.mkdir()
    (path / "tokenizer.json").write_bytes(NANO.read_bytes())
    (path / "chat_template.jinja").write_text(TEMPLATE)
    (path / "tokenizer_config.json").write_text('{"eos_token": "<|assistant_end|>"}')
    return path


@pytest.fixture
def write_gguf(tmp_path: Path) -> Callable[..., Path]:
    """A GGUF file with a vocabulary and nothing else; of a family that the lab cannot run."""

    def write(**changes: Any) -> Path:
        data = json.loads(NANO.read_text())
        special = {token["id"]: token["content"] for token in data["added_tokens"]}
        tokens = {id_: token for token, id_ in data["model"]["vocab"].items()} | special
        kinds = [
            TokenKind.CONTROL if i in special else TokenKind.NORMAL for i in range(len(tokens))
        ]
        path = tmp_path / "vocabulary.gguf"
        writer = gguf.GGUFWriter(path, "mamba")
        writer.add_tokenizer_model(changes.get("model", "gpt2"))
        writer.add_tokenizer_pre(changes.get("pre", "qwen2"))
        writer.add_token_list([tokens[i] for i in range(len(tokens))])
        writer.add_token_types([*map(int, kinds)])
        writer.add_token_merges([" ".join(merge) for merge in data["model"]["merges"]])
        writer.add_bos_token_id(min(special))
        writer.add_chat_template(TEMPLATE)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.close()
        return path

    return write
