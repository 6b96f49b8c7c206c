"""What every tokenizer is to the rest of the lab, whoever trained it. Imports no torch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol


class AnyTokenizer(Protocol):
    """Ids for text and text for ids; no text ever becomes a special token."""

    @property
    def n_vocab(self) -> int:
        """One more than the highest id."""
        ...

    @property
    def special(self) -> dict[str, int]:
        """Ids that only structure may have, by name."""
        ...

    @property
    def ids_are_ranks(self) -> bool:
        """Whether ids follow the order in which merges were learned, behind the 256 bytes."""
        ...

    @property
    def special_names(self) -> dict[int, str]:
        """``special`` the other way round."""
        ...

    def encode(self, text: str) -> list[int]:
        """Ordinary text to ids: special-token look-alikes are plain characters here."""
        ...

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """``encode`` on many texts at once."""
        ...

    def token_bytes(self, token: int) -> bytes:
        """The bytes of one token; none for one that only structures."""
        ...

    def decode(self, ids: Iterable[int]) -> str:
        """Ids to text; broken UTF-8 becomes U+FFFD."""
        ...

    def display(self, token: int) -> str:
        """One token for human eyes: its text, or the name of a special token."""
        ...
