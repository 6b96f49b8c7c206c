"""A text cut into tokens, each with what it stands for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.errors import LabError
from engine.tokenizer_protocol import AnyTokenizer

MAX_BLANKS = 500_000
"""Longest run of white space: beyond some 700,000, tiktoken's regular expressions end in a panic,
which no program survives in good order."""

_TOO_MANY_BLANKS = re.compile(rf"\s{{{MAX_BLANKS}}}\s")


@dataclass(frozen=True, slots=True)
class TokenPiece:
    """One token of a text."""

    id: int
    data: bytes
    """Its exact bytes: half a character, say; empty for a special token."""
    special: str | None = None
    """The name of a special token."""

    @property
    def text(self) -> str:
        """What it reads as by itself: U+FFFD for parts of characters, the name if special."""
        return self.special or self.data.decode("utf-8", "replace")


def piece(tokenizer: AnyTokenizer, token: int) -> TokenPiece:
    """What an id stands for."""
    return TokenPiece(token, tokenizer.token_bytes(token), tokenizer.special_names.get(token))


def cut(tokenizer: AnyTokenizer, text: str) -> list[TokenPiece]:
    """Ordinary text in tokens: none is special, whatever the text says.

    Raises:
        LabError: a run of white space is too long to be cut.
    """
    check_blanks(text)
    return [piece(tokenizer, token) for token in tokenizer.encode(text)]


def check_blanks(text: str) -> None:
    """Refuse what the libraries of tokenizers do not survive.

    Raises:
        LabError: a run of white space is too long.
    """
    if _TOO_MANY_BLANKS.search(text):
        raise LabError(
            f"The text has more than {MAX_BLANKS:,} blanks in a row, which tokenizers cannot cut. "
            "Take some out."
        )
