"""Byte-pair encoding learned before one's eyes: merge after merge, on a text that was pasted.

This is what ``Tokenizer.train`` has ``rustbpe`` do, written to be read and to be stopped at any
step: the text is split into words, each word that occurs is kept once with its number, and the most
frequent pair of neighbours becomes a new token, again and again. After a merge only the words that
hold the pair are counted anew.

It learns the same merges as ``rustbpe``. Where several pairs are equally frequent, the one of the
smallest ids is taken, by its left token first: the one whose parts were learned earlier.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from itertools import pairwise

from engine.errors import LabError
from engine.tokenizer import SPLIT_PATTERN, Tokenizer, without_surrogates
from engine.vocab.pieces import check_blanks
from engine.vocab.splits import split_by

MAX_BYTES = 1_000_000
"""The longest text; beyond it ``Tokenizer.train`` is the tool."""
N_BYTES = 256
"""What a vocabulary begins with."""

_Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Merge:
    """One step of the training."""

    step: int
    """From 1."""
    left: bytes
    right: bytes
    new_id: int
    count: int
    """How often the pair stood in the text."""
    tokens_left: int
    """How many tokens the text has now."""

    @property
    def token(self) -> bytes:
        """The new token."""
        return self.left + self.right


class LiveTraining(Iterator[Merge]):
    """Merges as they are learned; take as many at a time as there is time for.

    Args:
        text: to learn from.
        n_vocab: how many tokens to end with, the 256 bytes included. What is learned for fewer is
            the beginning of it, so one training serves every size up to this one.

    Raises:
        LabError: the text is too long, or ``n_vocab`` below 256.
    """

    def __init__(self, text: str, n_vocab: int) -> None:
        text = without_surrogates(text)
        self.n_bytes = len(text.encode())
        if self.n_bytes > MAX_BYTES:
            raise LabError(
                f"The text has {self.n_bytes:,} bytes, and at most {MAX_BYTES:,} are trained on "
                "live. Take a part of it, or run llmlab train tokenizer on a file."
            )
        if n_vocab < N_BYTES:
            raise LabError(f"A vocabulary of {n_vocab} has no room for 256 bytes. Ask for more.")
        check_blanks(text)
        self.n_vocab = n_vocab
        self.learned: list[Merge] = []
        """All merges so far."""
        self._tokens = [bytes([byte]) for byte in range(N_BYTES)]
        counts = Counter(split_by(SPLIT_PATTERN, text))
        self._words = [list(word.encode()) for word in counts]
        self._numbers = list(counts.values())
        self._n_tokens = self.n_bytes
        self._pairs: Counter[_Pair] = Counter()
        self._holders: defaultdict[_Pair, set[int]] = defaultdict(set)
        for index, word in enumerate(self._words):
            self._count(index, word, self._numbers[index])
        self._heap = [(-count, pair) for pair, count in self._pairs.items()]
        heapify(self._heap)

    def __next__(self) -> Merge:
        """The next merge, unless the vocabulary is full or no pair is left."""
        if len(self._tokens) >= self.n_vocab:
            raise StopIteration
        pair = self._most_frequent()
        if pair is None:
            raise StopIteration
        count, new = self._pairs[pair], len(self._tokens)
        left, right = self._tokens[pair[0]], self._tokens[pair[1]]
        self._tokens.append(left + right)
        self._merge(pair, new)
        merge = Merge(len(self.learned) + 1, left, right, new, count, self._n_tokens)
        self.learned.append(merge)
        return merge

    def tokenizer(self, n_vocab: int) -> Tokenizer:
        """The tokenizer of that many tokens, or of as many as are learned; it has no special ones.

        Raises:
            LabError: ``n_vocab`` is below 256.
        """
        if n_vocab < N_BYTES:
            raise LabError(f"A vocabulary of {n_vocab} has no room for 256 bytes. Ask for more.")
        return Tokenizer({token: rank for rank, token in enumerate(self._tokens[:n_vocab])}, {})

    def n_tokens(self, n_vocab: int) -> int:
        """How many tokens the text has with that many in the vocabulary, or with those learned."""
        n_merges = min(n_vocab - N_BYTES, len(self.learned))
        return self.learned[n_merges - 1].tokens_left if n_merges > 0 else self.n_bytes

    def _most_frequent(self) -> _Pair | None:
        """The pair to merge next, which is taken off the heap.

        Entries grow stale as their pairs become rarer. None becomes more frequent: all neighbours
        that a merge makes are of its new token, so their pairs are new, too.
        """
        while self._heap:
            count, pair = heappop(self._heap)
            now = -self._pairs[pair]
            if now == count:
                return pair
            if now:
                heappush(self._heap, (now, pair))
        return None

    def _merge(self, pair: _Pair, new: int) -> None:
        fresh: set[_Pair] = set()
        for index in self._holders.pop(pair):
            word, number = self._words[index], self._numbers[index]
            merged = _merged(word, pair, new)
            self._n_tokens -= (len(word) - len(merged)) * number
            self._count(index, word, -number)
            self._count(index, merged, number)
            self._words[index] = merged
            fresh.update(each for each in pairwise(merged) if new in each)
        for each in fresh:
            heappush(self._heap, (-self._pairs[each], each))

    def _count(self, index: int, word: list[int], number: int) -> None:
        """Count the pairs of a word, or with a negative number discount them."""
        for pair in pairwise(word):
            self._pairs[pair] += number
            if number > 0:
                self._holders[pair].add(index)
            else:
                self._holders[pair].discard(index)


def _merged(word: list[int], pair: _Pair, new: int) -> list[int]:
    """A word with a token in the place of each pair, from the left on."""
    left, right = pair
    merged, at = [], 0
    while at < len(word):
        if word[at] == left and at + 1 < len(word) and word[at + 1] == right:
            merged.append(new)
            at += 2
        else:
            merged.append(word[at])
            at += 1
    return merged
