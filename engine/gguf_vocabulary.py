"""Vocabularies as GGUF files hold them: tokens, their kinds, merges, and a splitter's name.

A GGUF file does not say by which pattern text is cut before it is merged, but names one that
llama.cpp has built in. Those of the families this lab reads are known here, in both directions.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from engine.errors import CheckpointError, LabError
from engine.tokenizer import SPLIT_PATTERN


class TokenKind(IntEnum):
    """Of a token in a GGUF file."""

    NORMAL = 1
    UNKNOWN = 2
    CONTROL = 3
    USER_DEFINED = 4
    UNUSED = 5
    BYTE = 6


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a GGUF file says of its tokens; the place in ``tokens`` is the id."""

    tokens: Sequence[str]
    kinds: Sequence[int]
    merges: Sequence[str]
    pre: str
    """The splitter's name."""
    bos: int | None
    add_bos: bool | None
    """None leaves it to the splitter's family."""


@dataclass(frozen=True, slots=True)
class _Splitter:
    """One of llama.cpp's, as the ``pre_tokenizer`` of a ``tokenizer.json``."""

    pre_tokenizer: Mapping[str, Any]
    normalizer: Mapping[str, Any] | None = None
    ignore_merges: bool = False
    add_bos: bool = False


def _byte_level(*, use_regex: bool) -> dict[str, Any]:
    return {
        "type": "ByteLevel",
        "add_prefix_space": False,
        "trim_offsets": True,
        "use_regex": use_regex,
    }


def _by_pattern(pattern: str) -> dict[str, Any]:
    split = {
        "type": "Split",
        "pattern": {"Regex": pattern},
        "behavior": "Isolated",
        "invert": False,
    }
    return {"type": "Sequence", "pretokenizers": [split, _byte_level(use_regex=False)]}


def _words(digits: str) -> str:
    """The pattern of GPT-4's family, which differ in how many digits stand together."""
    return (
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|" + digits + r""
        r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    )


_LLAMA_3 = _Splitter(_by_pattern(_words(r"\p{N}{1,3}")), ignore_merges=True, add_bos=True)
_SPLITTERS = {
    "smollm": _Splitter(
        {
            "type": "Sequence",
            "pretokenizers": [
                {"type": "Digits", "individual_digits": True},
                _byte_level(use_regex=True),
            ],
        }
    ),
    "gpt-2": _Splitter(_byte_level(use_regex=True)),
    "llama-bpe": _LLAMA_3,
    "llama3": _LLAMA_3,
    "llama-v3": _LLAMA_3,
    "qwen2": _Splitter(_by_pattern(_words(r"\p{N}")), normalizer={"type": "NFC"}),
}


def tokenizer_json(vocabulary: Vocabulary) -> dict[str, Any]:
    """The content of a ``tokenizer.json`` for a GGUF file's vocabulary.

    Raises:
        CheckpointError: an unknown splitter, or lists that do not fit together.
    """
    splitter = _SPLITTERS.get(vocabulary.pre)
    if splitter is None:
        raise CheckpointError(
            f"The file cuts text by the splitter {vocabulary.pre!r} (tokenizer.ggml.pre), but only "
            f"{', '.join(_SPLITTERS)} are known. Choose another model."
        )
    tokens, kinds = vocabulary.tokens, vocabulary.kinds
    if len(kinds) != len(tokens) or len(set(tokens)) < len(tokens):
        raise CheckpointError(
            f"The file's vocabulary of {len(tokens)} tokens has {len(kinds)} kinds and "
            f"{len(set(tokens))} different names. Fetch the file again."
        )
    used = {i: token for i, token in enumerate(tokens) if kinds[i] != TokenKind.UNUSED}
    added = [i for i in used if kinds[i] in (TokenKind.CONTROL, TokenKind.USER_DEFINED)]
    add_bos = splitter.add_bos if vocabulary.add_bos is None else vocabulary.add_bos
    bos = used.get(-1 if vocabulary.bos is None else vocabulary.bos)
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            {
                "id": i,
                "content": used[i],
                "single_word": False,
                "lstrip": False,
                "rstrip": False,
                "normalized": False,
                "special": kinds[i] == TokenKind.CONTROL,
            }
            for i in added
        ],
        "normalizer": splitter.normalizer,
        "pre_tokenizer": splitter.pre_tokenizer,
        "post_processor": _before(bos, vocabulary.bos) if add_bos and bos is not None else None,
        "decoder": _byte_level(use_regex=True),
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": False,
            "byte_fallback": False,
            "ignore_merges": splitter.ignore_merges,
            "vocab": {token: i for i, token in used.items()},
            "merges": [list(merge.split(" ", 1)) for merge in vocabulary.merges],
        },
    }


def _before(bos: str, token: int | None) -> dict[str, Any]:
    """The post-processing that puts one token before a text."""
    first: dict[str, Any] = {"SpecialToken": {"id": bos, "type_id": 0}}
    text = [{"Sequence": {"id": letter, "type_id": i}} for i, letter in enumerate("AB")]
    return {
        "type": "TemplateProcessing",
        "single": [first, text[0]],
        "pair": [first, *text],
        "special_tokens": {bos: {"id": bos, "ids": [token], "tokens": [bos]}},
    }


def splitter_name(tokenizer: Mapping[str, Any]) -> str:
    """What llama.cpp calls the splitter of a ``tokenizer.json``.

    Raises:
        LabError: it has none that cuts alike.
    """
    found = _key(tokenizer.get("pre_tokenizer"))
    if found == _key(_by_pattern(SPLIT_PATTERN)):
        return "qwen2"  # the same pattern, written differently
    for name, splitter in _SPLITTERS.items():
        alike = bool(tokenizer["model"].get("ignore_merges")) == splitter.ignore_merges
        if alike and found == _key(splitter.pre_tokenizer):
            return name
    raise LabError(
        "llama.cpp is not known to have this tokenizer's way of cutting text, so a GGUF file would "
        "be read wrongly. Export without --gguf."
    )


def is_known_splitter(pre_tokenizer: Any) -> bool:
    """Whether the ``pre_tokenizer`` of a ``tokenizer.json`` is the lab's or one of those here."""
    known = (_by_pattern(SPLIT_PATTERN), *(each.pre_tokenizer for each in _SPLITTERS.values()))
    return _key(pre_tokenizer) in map(_key, known)


def _key(pre_tokenizer: Any) -> str:
    """What of a splitter changes the tokens: offsets do not, and ByteLevel needs no wrapping."""
    steps = pre_tokenizer or {}
    if steps.get("type") == "Sequence":
        steps = steps["pretokenizers"]
    steps = steps if isinstance(steps, list) else [steps]
    cuts = [{k: v for k, v in step.items() if k != "trim_offsets"} for step in steps]
    return json.dumps(cuts, sort_keys=True)
