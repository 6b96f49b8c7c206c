"""A long table of a run, of which only what was lately looked at is kept."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

CHUNK = 60
"""Rows read at a time: some screenfuls."""
MOST_CHUNKS = 6
"""Kept, unless more are in sight: rows hold texts of 4,000 characters, and a table may have many
thousands of them."""

Row = TypeVar("Row")


class Chunks(Generic[Row]):
    """Rows by number, from 0.

    Args:
        count: how many there are; blocks, and raises LabError.
        rows: some of them from a number on; blocks, and raises LabError.
    """

    def __init__(self, count: Callable[[], int], rows: Callable[[int, int], Sequence[Row]]) -> None:
        self.n = 0
        """How many there are; known after :meth:`count`."""
        self._count, self._rows = count, rows
        self._chunks: OrderedDict[int, Sequence[Row]] = OrderedDict()
        """By the number of their first row, that which was looked at last behind the others."""
        self._turn = asyncio.Lock()

    async def count(self) -> bool:
        """Count them and read the first; whether there are any. Raises LabError."""
        self.n = await asyncio.to_thread(self._count)
        return await self.read(range(1))

    async def read(self, wanted: range) -> bool:
        """Read what is missing of ``wanted``, at most a chunk; whether there was anything.

        Raises LabError.
        """
        async with self._turn:
            missing = (row for row in wanted if row < self.n and self.at(row) is None)
            first = next(missing, None)
            if first is None:
                return False
            begin = first - first % CHUNK
            self._chunks[begin] = found = await asyncio.to_thread(self._rows, begin, CHUNK)
            self._forget(wanted)
            if first >= begin + len(found):
                self.n = begin + len(found)  # The table has become shorter than it was.
            return True

    def _forget(self, wanted: range) -> None:
        others = [n for n in self._chunks if n >= wanted.stop or n + CHUNK <= wanted.start]
        for begin in others[: max(0, len(self._chunks) - MOST_CHUNKS)]:
            del self._chunks[begin]

    def at(self, row: int) -> Row | None:
        """A row; None before it has been read, and after it was forgotten again."""
        begin = row - row % CHUNK
        chunk = self._chunks.get(begin, ())
        if row - begin >= len(chunk):
            return None
        self._chunks.move_to_end(begin)
        return chunk[row - begin]

    def every(self) -> Iterator[Row]:
        """All of them, read anew. Blocks; raises LabError."""
        for begin in range(0, self.n, CHUNK):
            yield from self._rows(begin, CHUNK)
