"""From a stream of token ids to a stream of text that never shows half a character.

A byte-level token is a run of bytes and may end inside a UTF-8 character. What is not yet a
character is held back; what can never become one turns into U+FFFD, as in
``bytes.decode("utf-8", "replace")``. Imports no torch.
"""

from __future__ import annotations

import codecs
from typing import Protocol


class TokenBytes(Protocol):
    """The one thing asked of a tokenizer here."""

    def token_bytes(self, id: int) -> bytes:  # noqa: A002 - the tokenizer's own word for it
        """Return the bytes of a token; none for a special token."""
        ...


_Utf8 = codecs.getincrementaldecoder("utf-8")


class Detokenizer:
    """The decoding state of one row."""

    __slots__ = ("_decoder", "_tokenizer")

    def __init__(self, tokenizer: TokenBytes) -> None:
        self._tokenizer = tokenizer
        self._decoder = _Utf8("replace")

    def add(self, token: int) -> str:
        """Return the text that ``token`` makes certain, which may be empty."""
        return self._decoder.decode(self._tokenizer.token_bytes(token))

    def finish(self) -> str:
        """Return what was held back: U+FFFD for a character cut short, else nothing."""
        return self._decoder.decode(b"", True)


def token_text(tokenizer: TokenBytes, token: int) -> str:
    """Return one token's bytes read alone, damaged UTF-8 replaced: for lists, not for text."""
    return tokenizer.token_bytes(token).decode("utf-8", "replace")
