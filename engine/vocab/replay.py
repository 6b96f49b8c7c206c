"""How byte-pair encoding makes tokens of a word: one merge after the other, to be watched.

The word's bytes stand alone at first. Of all pairs of neighbours that were ever merged in training,
the one learned earliest is merged, the leftmost where it stands twice; again and again, until no
two neighbours make a token. Sennrich et al. 2016, on bytes as in GPT-2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from engine.errors import LabError
from engine.helper import as_bytes, as_text
from engine.tokenizer import Tokenizer, without_surrogates
from engine.tokenizer_imported import ImportedTokenizer
from engine.tokenizer_protocol import AnyTokenizer
from engine.vocab.lent import LentTokenizer
from engine.vocab.published import PublishedTokenizer
from engine.vocab.splits import split

MAX_BYTES = 256
"""The longest word that is replayed: its steps hold the square of that."""


@dataclass(frozen=True, slots=True)
class Step:
    """A word after one merge."""

    kind: Literal["bytes", "merge", "whole"]
    """``bytes``: as it begins. ``whole``: no merge, but taken from the vocabulary as it is, since
    this tokenizer looks a word up first (``ignore_merges``; ``tiktoken`` does, too) and the merges
    would have ended elsewhere."""
    parts: tuple[bytes, ...]
    ids: tuple[int | None, ...]
    """Of ``parts``; None where one is no token by itself."""
    at: int | None = None
    """Which of ``parts`` is the new one."""
    pair: tuple[bytes, bytes] | None = None
    """What was merged."""
    rank: int | None = None
    """When the merge was learned: 0 is the first one. The published encodings and the lab's own
    number tokens so, the 256 bytes included."""


def replay(tokenizer: AnyTokenizer, word: str | bytes) -> list[Step]:
    """All steps from the bytes of a word to its tokens; the last one's ``parts`` are the tokens.

    Args:
        tokenizer: any that this package finds.
        word: with the blank before it, where it has one. Bytes need not be UTF-8, and are never
            split.

    Raises:
        LabError: the word is empty or too long, the tokenizer splits it, or does not encode it by
            merges alone.
    """
    if isinstance(tokenizer, LentTokenizer):
        return _lent_steps(tokenizer, word)
    data = word if isinstance(word, bytes) else without_surrogates(word).encode()
    if not 0 < len(data) <= MAX_BYTES:
        raise LabError(
            f"A word of {len(data):,} bytes cannot be replayed. Choose one of 1 to {MAX_BYTES}."
        )
    if isinstance(word, bytes):
        return _merged(tokenizer, word)
    data = _one_split(tokenizer, word)
    steps = _merged(tokenizer, data)
    ids = tuple(tokenizer.encode(word))
    if ids != steps[-1].ids:
        if len(ids) != 1 or tokenizer.token_bytes(ids[0]) != data:
            raise LabError(
                f"The tokenizer encodes {word!r} in another way than by merging its bytes. "
                "Choose another word."
            )
        steps.append(Step("whole", (data,), ids, at=0))
    return steps


def _lent_steps(tokenizer: LentTokenizer, word: str | bytes) -> list[Step]:
    if isinstance(word, bytes):
        found = tokenizer.ask("replay_bytes", data=as_text(word))
    else:
        found = tokenizer.ask("replay", word=without_surrogates(word))
    return [
        Step(
            kind,
            tuple(map(as_bytes, parts)),
            tuple(ids),
            at,
            pair and (as_bytes(pair[0]), as_bytes(pair[1])),
            rank,
        )
        for kind, parts, ids, at, pair, rank in found
    ]


def _one_split(tokenizer: AnyTokenizer, word: str) -> bytes:
    parts = split(tokenizer, word)
    if len(parts) > 1:
        shown = ", ".join(repr(part.decode("utf-8", "replace")) for part in parts[:4])
        more = " ..." if len(parts) > 4 else ""
        raise LabError(
            f"The tokenizer splits {word!r} before it merges anything: {shown}{more}. "
            "Choose one of these."
        )
    return b"".join(parts)


def _merged(tokenizer: AnyTokenizer, data: bytes) -> list[Step]:
    rank_of, id_of = _rank_of(tokenizer), _id_of(tokenizer)
    parts = [bytes([byte]) for byte in data]
    steps = [Step("bytes", tuple(parts), tuple(map(id_of, parts)))]
    while True:
        ranked = [
            (rank, at)
            for at, pair in enumerate(pairwise(parts))
            if (rank := rank_of(*pair)) is not None
        ]
        if not ranked:
            return steps
        rank, at = min(ranked)
        pair = parts[at], parts[at + 1]
        parts[at : at + 2] = [pair[0] + pair[1]]
        steps.append(Step("merge", tuple(parts), tuple(map(id_of, parts)), at, pair, rank))


def _rank_of(tokenizer: AnyTokenizer) -> Callable[[bytes, bytes], int | None]:
    """When a pair was learned to be merged; None: it never was."""
    if isinstance(tokenizer, ImportedTokenizer):
        ranks = tokenizer.merges.ranks
        return lambda left, right: ranks.get((left, right))
    id_of = _id_of(tokenizer)  # which is the rank as well
    return lambda left, right: id_of(left + right)


def _id_of(tokenizer: AnyTokenizer) -> Callable[[bytes], int | None]:
    match tokenizer:
        case Tokenizer():
            return tokenizer.ranks.get
        case PublishedTokenizer():
            return tokenizer.rank
        case ImportedTokenizer():
            return tokenizer.merges.ids.get
        case _:
            raise TypeError(f"{type(tokenizer).__name__} does not say what it merges")


def pair_ranks(tokenizer: AnyTokenizer, parts: Sequence[bytes]) -> list[int | None]:
    """When each two neighbours were learned to be merged; None: they never were.

    The lowest is what ``replay`` merges next.
    """
    if isinstance(tokenizer, LentTokenizer):
        ranks: list[int | None] = tokenizer.ask("pair_ranks", parts=list(map(as_text, parts)))
        return ranks
    rank_of = _rank_of(tokenizer)
    return [rank_of(*pair) for pair in pairwise(parts)]
