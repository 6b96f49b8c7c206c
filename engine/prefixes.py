"""Texts that have been read and may be read again: a beginning they share is not read twice.

The next turn of a conversation begins with all that has been said, the samples of one prompt with
the prompt, few-shot questions with their examples. So a row that has ended leaves its blocks here
for as long as nobody needs the memory, and a new row takes over the longest beginning it has in
common with any text in the cache, to the token (idea: RadixAttention, Zheng et al., arXiv
2312.07104, section 3; a plain search serves the few texts of one lab).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from engine.kvcache import BLOCK_SIZE, KVCache, blocks_for
from engine.row import Row

MAX_KEPT = 128
"""Texts kept; searching them costs a new row a microsecond each."""


class _Text(NamedTuple):
    """Ids whose keys and values lie in the cache, and the blocks that hold them."""

    ids: Sequence[int]
    blocks: Sequence[int]


class Prefixes:
    """Gives blocks of ``cache`` to rows, and keeps what rows that have ended had read."""

    def __init__(self, cache: KVCache) -> None:
        self._cache = cache
        self._kept: list[_Text] = []
        """The one used last stands last."""

    def place(self, row: Row, live: Iterable[Row]) -> bool:
        """Give a row without blocks all it may come to need; False when there are too few.

        ``row.n_cached`` then says how much of it has been read already. Its last token never has,
        as its logits are wanted; of a row that echoes its prompt, nothing has.
        """
        shared, donor = self._longest_shared(row, live)
        n_whole = shared // BLOCK_SIZE
        whole, partly = list(donor[:n_whole]), list(donor[n_whole : blocks_for(shared)])
        # Ours before room is made: the text that was found may be the first to go.
        self._cache.share(whole + partly)
        n_new = blocks_for(row.most_positions) - n_whole
        if partly and not self._make_room(n_new):
            # The block to copy from may be the very one that is missing.
            self._cache.release(partly)
            shared, partly = n_whole * BLOCK_SIZE, []
        if not self._make_room(n_new):
            self._cache.release(whole)
            return False
        row.blocks = whole + self._cache.take(n_new)
        row.n_cached = shared
        for block in partly:
            self._cache.copy_block(block, row.blocks[n_whole])
        self._cache.release(partly)
        return True

    def keep(self, row: Row) -> None:
        """Take over what a row that has ended had read; its other blocks are free at once."""
        n_used = blocks_for(row.n_cached)
        self._cache.release(row.blocks[n_used:])
        text = _Text(row.ids[: row.n_cached], row.blocks[:n_used])
        row.blocks = []
        if not text.ids:
            return
        # A text that goes on from another one makes that one useless.
        for old in [old for old in self._kept if text.ids[: len(old.ids)] == old.ids]:
            self._drop(old)
        self._kept.append(text)
        if len(self._kept) > MAX_KEPT:
            self._drop(self._kept[0])

    def worth_waiting_for(self, row: Row, reading: Iterable[Row]) -> bool:
        """Whether a row that is still being read will have read much that ``row`` begins with.

        A prompt that is to be reported has been, to all samples, before any of them draws. The row
        that does so waits for none: it reads all itself.
        """
        if row.echoes:
            return False
        for other in reading:
            if other.request_id == row.request_id and other.echoes:
                return True
            promised = _common(row.ids[:-1], other.ids)
            if other.request_id == row.request_id or promised >= BLOCK_SIZE:
                have, _ = self._longest_shared(row, [other])
                if promised > have:
                    return True
        return False

    def _longest_shared(self, row: Row, live: Iterable[Row]) -> tuple[int, Sequence[int]]:
        """The most positions any text has in common with ``row``, and that text's blocks."""
        best, blocks, found = 0, (), None
        if row.echoes:
            return best, blocks
        wanted = row.ids[:-1]
        texts = (_Text(other.ids[: other.n_cached], other.blocks) for other in reversed([*live]))
        # The samples of one prompt come one after the other: the last one has all of it.
        for text in itertools.chain(texts, reversed(self._kept)):
            n = _common(wanted, text.ids)
            if n > best:
                best, found = n, text
                if n == len(wanted):
                    break
        if found is None:
            return 0, ()
        if found in self._kept[:-1]:
            self._kept.remove(found)
            self._kept.append(found)
        return best, found.blocks

    def _make_room(self, n_blocks: int) -> bool:
        while self._cache.n_free < n_blocks and self._kept:
            self._drop(self._kept[0])
        return self._cache.n_free >= n_blocks

    def _drop(self, text: _Text) -> None:
        self._kept.remove(text)
        self._cache.release(text.blocks)


def _common(a: Sequence[int], b: Sequence[int]) -> int:
    """How many ids two texts begin with in common."""
    low, high = 0, min(len(a), len(b))
    # Slices are compared by the interpreter's own loop, so halving beats walking.
    while low < high:
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
