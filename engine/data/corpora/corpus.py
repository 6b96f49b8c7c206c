"""What every corpus can do, and how long a text of one may be."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol

from engine.tokenizer import without_surrogates

Progress = Callable[[str, int, int], None]
"""Called with what is being done, bytes done and bytes in all; without a total it is a remark, such
as what had to be left out. What it raises ends the work."""
MAX_TEXT_CHARS = 100_000
"""Longer texts become several: a line of a hundred megabytes is not to be held as tokens at once,
and tokenizers do not survive a million blanks in a row."""


class Corpus(Protocol):
    """Texts in an order that is always the same."""

    @property
    def spec(self) -> str:
        """The name that opens just this corpus again: absolute, and with the commit of a hub's."""
        ...

    @property
    def fingerprint(self) -> str:
        """SHA-256 over names, sizes and hashes of its files; another one is another corpus."""
        ...

    @property
    def world(self) -> str | None:
        """The preset of the pocket web that it was made of, if of any."""
        ...

    @property
    def left_out(self) -> int:
        """Records and files that the last reading could not use; ``progress`` was told why."""
        ...

    def texts(self) -> Iterator[str]:
        """Its texts, none longer than ``MAX_TEXT_CHARS``, without holding more than a few.

        Raises:
            DataError: a file is missing or damaged, or a hub does not give it.
        """
        ...


def no_progress(what: str, done: int, total: int) -> None:
    """For whoever does not want to know."""


def in_pieces(texts: Iterable[str]) -> Iterator[str]:
    """Texts as a corpus gives them: valid Unicode, not empty, none too long."""
    for text in texts:
        for piece in _pieces(text):
            if piece.strip():
                yield without_surrogates(piece)


def _pieces(text: str) -> Iterator[str]:
    """Cut behind the last line that fits, so that few sentences are cut in two."""
    start = 0
    while len(text) - start > MAX_TEXT_CHARS:
        end = text.rfind("\n", start, start + MAX_TEXT_CHARS) + 1
        if end <= start:
            end = start + MAX_TEXT_CHARS
        yield text[start:end]
        start = end
    yield text[start:]


def digest_of(value: Any) -> str:
    """SHA-256 of a value's JSON form."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
