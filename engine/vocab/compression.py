"""How many bytes a token holds, by tokenizer and kind of text: who was trained on what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import LabError
from engine.tokenizer_protocol import AnyTokenizer
from engine.vocab.find import find_tokenizer
from engine.vocab.kinds import KINDS, Kind


@dataclass(frozen=True, slots=True)
class Count:
    """A text of one kind as one tokenizer cuts it."""

    kind: Kind
    n_tokens: int

    @property
    def bytes_per_token(self) -> float:
        """Bytes of UTF-8 a token: the more, the less there is to read for the model."""
        return self.kind.n_bytes / self.n_tokens


@dataclass(frozen=True, slots=True)
class Row:
    """One tokenizer on all kinds of text."""

    name: str
    n_vocab: int | None
    counts: tuple[Count, ...]
    """In the order of the kinds; empty for a tokenizer that cannot be had."""
    unavailable: str | None = None
    """The sentence that says why it cannot, and what to do."""


def compression(names: Sequence[str], kinds: Sequence[Kind] = KINDS) -> list[Row]:
    """A row for each tokenizer; one that cannot be had does not keep the others from theirs."""
    rows = []
    for name in names:
        try:
            rows.append(row_of(name, find_tokenizer(name).tokenizer, kinds))
        except LabError as error:
            rows.append(Row(name, None, (), str(error)))
    return rows


def row_of(name: str, tokenizer: AnyTokenizer, kinds: Sequence[Kind] = KINDS) -> Row:
    """The row of a tokenizer that is at hand."""
    ids = tokenizer.encode_batch([kind.text for kind in kinds])
    counts = (Count(kind, len(each)) for kind, each in zip(kinds, ids, strict=True))
    return Row(name, tokenizer.n_vocab, tuple(counts))
