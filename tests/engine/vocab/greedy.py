"""Tokenizers whose vocabulary was learned without splitting text, so that a split shows.

An ordinary vocabulary has no token that reaches over a split, and would not tell one that is missed
from one that is kept. Each real way of splitting is put before this one.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import rustbpe
import tiktoken
from random_text import random_texts
from tiktoken_ext import openai_public

from engine import gguf_vocabulary
from engine.tokenizer import Tokenizer
from engine.tokenizer_imported import ImportedTokenizer
from engine.tokenizer_protocol import AnyTokenizer
from engine.vocab.published import PublishedTokenizer

PUBLISHED = ("r50k_base", "cl100k_base", "o200k_base")
SPLITTERS = ("gpt-2", "smollm", "llama3", "qwen2")
NAMES = ("lab", *PUBLISHED, *SPLITTERS)


@cache
def ranks() -> dict[bytes, int]:
    trainer = rustbpe.Tokenizer()
    # Where a special token's name is a token as well, tiktoken takes one for the other.
    texts = (text.replace("<|endoftext", "<") for text in random_texts(1500, seed=5))
    trainer.train_from_iterator(texts, 1500, pattern=r"[\s\S]+")
    return {bytes(token): rank for token, rank in trainer.get_mergeable_ranks()}


@cache
def as_json() -> str:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "tokenizer.json"
        Tokenizer(ranks(), {}).save(path)
        return path.read_text("utf-8")


def imported(**changes: Any) -> ImportedTokenizer:
    """The vocabulary as a ``tokenizer.json``, parts of which may be others."""
    data = json.loads(as_json())
    data["model"] |= changes.pop("model", {})
    return ImportedTokenizer({**data, **changes}, Path("greedy.json"))


@cache
def greedy(name: str) -> AnyTokenizer:
    """One of ``NAMES``."""
    if name == "lab":
        return Tokenizer(ranks(), {})
    if name in PUBLISHED:
        return _published(name)
    splitter = gguf_vocabulary._SPLITTERS[name]
    return imported(
        pre_tokenizer=splitter.pre_tokenizer,
        normalizer=splitter.normalizer,
        model={"ignore_merges": splitter.ignore_merges},
    )


def _published(name: str) -> PublishedTokenizer:
    """``tiktoken``'s own pattern, and nothing fetched."""
    constructor: Callable[[], dict[str, Any]] = getattr(openai_public, name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(openai_public, "load_tiktoken_bpe", lambda *_, **__: ranks())
        made = constructor()
    made.pop("explicit_n_vocab", None)
    return PublishedTokenizer(tiktoken.Encoding(**made))
