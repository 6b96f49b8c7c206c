"""A long table of which only some rows are kept."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from engine.errors import DataError
from tui.data.chunks import CHUNK, MOST_CHUNKS, Chunks


class Table:
    def __init__(self, n: int) -> None:
        self.n, self.reads = n, 0
        self.broken = False

    def rows(self, begin: int, limit: int) -> Sequence[str]:
        self.reads += 1
        if self.broken:
            raise DataError("The table is damaged.")
        return [f"row {n}" for n in range(begin, min(begin + limit, self.n))]

    def chunks(self) -> Chunks[str]:
        return Chunks(lambda: self.n, self.rows)


async def test_rows_are_read_once_while_they_are_looked_at() -> None:
    table = Table(150)
    chunks = table.chunks()
    assert chunks.at(0) is None
    assert await chunks.count()
    assert (chunks.n, table.reads, chunks.at(59), chunks.at(60)) == (150, 1, "row 59", None)
    assert await chunks.read(range(50, 90))
    assert not await chunks.read(range(50, 90))
    assert await chunks.read(range(140, 200))
    assert not await chunks.read(range(140, 200))
    assert (chunks.at(149), chunks.at(150), table.reads) == ("row 149", None, 3)
    assert list(chunks.every()) == [f"row {n}" for n in range(150)]


async def test_an_empty_table_is_not_read() -> None:
    table = Table(0)
    chunks = table.chunks()
    assert not await chunks.count()
    assert (table.reads, chunks.at(0), list(chunks.every())) == (0, None, [])


async def test_what_was_not_looked_at_for_long_is_forgotten() -> None:
    table = Table(CHUNK * 3 * MOST_CHUNKS)
    chunks = table.chunks()
    await chunks.count()
    for row in range(0, table.n, 40):
        while await chunks.read(range(row, row + 40)):
            pass
        assert chunks.at(7) == "row 7", "the row with the cursor is looked at all the time"
        assert chunks.at(row + 39) == f"row {row + 39}"
    kept = sum(chunks.at(row) is not None for row in range(table.n))
    assert kept == CHUNK * MOST_CHUNKS
    assert chunks.at(2 * CHUNK) is None
    assert await chunks.read(range(2 * CHUNK, 2 * CHUNK + 1))
    assert chunks.at(2 * CHUNK) == f"row {2 * CHUNK}"


async def test_what_is_in_sight_is_kept_however_much_it_is() -> None:
    table = Table(CHUNK * 3 * MOST_CHUNKS)
    chunks = table.chunks()
    await chunks.count()
    wanted = range(30, CHUNK * (MOST_CHUNKS + 2))
    while await chunks.read(wanted):
        pass
    assert table.reads == MOST_CHUNKS + 2
    assert all(chunks.at(row) is not None for row in wanted)


async def test_a_table_that_became_shorter_is_read_to_its_end() -> None:
    table = Table(200)
    chunks = table.chunks()
    await chunks.count()
    table.n = 130
    assert await chunks.read(range(150, 180))
    assert not await chunks.read(range(150, 180))
    assert chunks.n == 130
    table.n = 0
    assert await chunks.read(range(60, 90))
    assert chunks.n == 60


async def test_what_failed_is_read_again_when_it_is_wanted_again() -> None:
    table = Table(200)
    chunks = table.chunks()
    await chunks.count()
    table.broken = True
    with pytest.raises(DataError):
        await chunks.read(range(60, 90))
    table.broken = False
    assert await chunks.read(range(60, 90))
    assert chunks.at(60) == "row 60"
