"""A tokenizer that lives in a process of its own: ids, bytes and splits of it, not its vocabulary.

A vocabulary of 200,000 entries takes up to 150 MB where it is open, as much as the whole app may
have. ``engine.vocab.lending`` is the process. This module imports no library of tokenizers' own.
"""

from __future__ import annotations

import sys
import weakref
from collections.abc import Sequence
from typing import Any

from engine.helper import Helper, Words, as_bytes
from engine.tokenizer import without_surrogates
from engine.tokenizer_base import ByteTokenizer

LEND_COMMAND = (sys.executable, "-P", "-m", "engine.vocab.lending")
"""What is run; the tokenizer's name follows."""


class LentTokenizer(ByteTokenizer):
    """``engine.tokenizer_protocol.AnyTokenizer``, asked of a process that ends with this object.

    Each question blocks for a fraction of a millisecond while ``at_hand``; else for as long as the
    process starts again, or does what it was asked in another thread.

    Args:
        name: as ``engine.vocab.find.find_tokenizer`` takes it.
        command: what the process is.

    Raises:
        LabError: as ``find_tokenizer``, or the process cannot be had. So do all methods.
    """

    def __init__(self, name: str, command: Sequence[str] = LEND_COMMAND) -> None:
        self._helper = helper = Helper(
            (*command, name),
            Words(
                task=f"holds {name}",
                undone=f"{name} cannot be opened",
                closed="it was closed",
                again="choose the tokenizer again",
            ),
        )
        self.close = weakref.finalize(self, helper.close)
        """End the process; nothing can be asked any more."""
        about = self.ask("about")
        self.name: str = about["name"]
        self.n_vocab: int = about["n_vocab"]
        self.special: dict[str, int] = about["special"]
        self.ids_are_ranks: bool = about["ids_are_ranks"]
        self.why_whole: str | None = about["why_whole"]
        """Why its texts cannot be cut (``engine.vocab.cuts``)."""
        self.chats: bool = about["chats"]
        """Whether it has a way of writing conversations down."""
        self._bytes: dict[int, bytes] = {}

    @property
    def at_hand(self) -> bool:
        """Whether the process runs and is asked nothing."""
        return self._helper.at_hand

    def ask(self, question: str, **which: Any) -> Any:
        """Ask something else of ``engine.vocab.lending.questions``."""
        return self._helper.ask(question, **which)

    def encode(self, text: str) -> list[int]:
        """Ordinary text to ids: special-token look-alikes are plain characters here."""
        (ids,) = self.encode_batch([text])
        return ids

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """``encode`` on many texts at once. The bytes of these tokens are known from then on."""
        found = self.ask("encode", texts=[without_surrogates(text) for text in texts])
        self._bytes |= zip(found["tokens"], map(as_bytes, found["bytes"]), strict=True)
        ids: list[list[int]] = found["ids"]
        return ids

    def token_bytes(self, token: int) -> bytes:
        """The bytes of one token; none for one that only structures."""
        known = self._bytes.get(token)
        if known is None:
            known = self._bytes[token] = as_bytes(self.ask("token_bytes", token=token))
        return known

    def split(self, text: str) -> list[bytes]:
        """The stretches of a text, of which none shares a token with another."""
        return [as_bytes(part) for part in self.ask("split", text=without_surrogates(text))]

    def character_places(self, text: str) -> list[tuple[int, int]]:
        """From and to which character of a text each of its ids stems from, in its eyes."""
        found = self.ask("character_places", text=without_surrogates(text))
        return [(begin, end) for begin, end in found]
