"""The stretches of a text within which a tokenizer merges bytes; about words."""

from __future__ import annotations

import regex

from engine.tokenizer import SPLIT_PATTERN, Tokenizer, without_surrogates
from engine.tokenizer_imported import ImportedTokenizer
from engine.tokenizer_protocol import AnyTokenizer
from engine.vocab.lent import LentTokenizer
from engine.vocab.published import PublishedTokenizer


def split(tokenizer: AnyTokenizer, text: str) -> list[bytes]:
    """The stretches of a text, of which none shares a token with another.

    For ``tiktoken``'s encodings this reads their pattern with ``regex``; it is meant to be looked
    at, and ids are never made from it.
    """
    if isinstance(tokenizer, ImportedTokenizer | LentTokenizer):
        return tokenizer.split(text)
    assert isinstance(tokenizer, Tokenizer | PublishedTokenizer), type(tokenizer).__name__
    pattern = SPLIT_PATTERN if isinstance(tokenizer, Tokenizer) else tokenizer.pattern
    return [part.encode() for part in split_by(pattern, without_surrogates(text))]


def split_by(pattern: str, text: str) -> list[str]:
    """A text cut by a pattern that leaves nothing out; no lone surrogates."""
    return [found.group() for found in regex.finditer(pattern, text)]
