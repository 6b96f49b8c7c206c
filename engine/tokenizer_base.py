"""What tokenizers whose ids are runs of bytes have in common, whoever trained them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from functools import cached_property


class ByteTokenizer(ABC):
    """Ids back to bytes, text and names; ``engine.tokenizer_protocol`` says what each is for."""

    special: dict[str, int]
    """Ids that only structure may have, by name."""
    ids_are_ranks = True
    """Whether ids follow the order in which merges were learned, behind the 256 bytes."""

    @abstractmethod
    def token_bytes(self, token: int) -> bytes:
        """The bytes of one token; none for one that only structures."""

    def decode(self, ids: Iterable[int]) -> str:
        """Ids to text; what only structures vanishes, broken UTF-8 becomes U+FFFD."""
        return b"".join(map(self.token_bytes, ids)).decode("utf-8", errors="replace")

    @cached_property
    def special_names(self) -> dict[int, str]:
        """Id to name of the special tokens."""
        return {token: name for name, token in self.special.items()}

    def display(self, token: int) -> str:
        """One token for human eyes: its text, or the name of a special token."""
        return self.special_names.get(token) or self.decode([token])
