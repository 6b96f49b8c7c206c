"""The pages that one rule removed, read from disk some at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from tui.data.looks import padded, short_address, value_words
from tui.pieces import Piece
from tui.safe_text import one_line

if TYPE_CHECKING:
    from engine.data.funnel.results import DroppedRow
    from tui.data.listed import Folder

CHUNK = 60
"""Rows read at a time: some screenfuls."""
_VALUE_CELLS = 14
_ADDRESS_CELLS = 34
_TEXT_FROM = 70


class DroppedPages:
    """Keeps what was read.

    Args:
        folder: the run.
        rule: whose pages.
    """

    def __init__(self, folder: Folder, rule: str) -> None:
        self.rule = rule
        self.n = 0
        """How many can be browsed; known after :meth:`count`."""
        self._folder = folder
        self._rows: dict[int, DroppedRow] = {}
        self._turn = asyncio.Lock()

    async def count(self) -> bool:
        """Count them and read the first; whether there are any. Raises LabError."""
        self.n = await asyncio.to_thread(self._folder.n_dropped, self.rule)
        return await self.read(range(1))

    async def read(self, wanted: range) -> bool:
        """Read what is missing of ``wanted``; whether there was anything. Raises LabError."""
        async with self._turn:
            first = next((row for row in wanted if row < self.n and row not in self._rows), None)
            if first is None:
                return False
            begin = first - first % CHUNK
            found = await asyncio.to_thread(self._folder.dropped, self.rule, begin, CHUNK)
            self._rows.update(enumerate(found, begin))
            if first not in self._rows:
                self.n = len(self._rows)  # The table has become shorter than it was.
            return True

    def at(self, row: int) -> DroppedRow | None:
        """A row; None before it has been read."""
        return self._rows.get(row)

    def every(self) -> Iterator[DroppedRow]:
        """All of them, read anew. Blocks; raises LabError."""
        for begin in range(0, self.n, CHUNK):
            yield from self._folder.dropped(self.rule, begin, CHUNK)


def dropped_lines(pages: DroppedPages) -> Callable[[int, int], Sequence[Piece] | None]:
    """Draws the pages as ``DataRows`` asks for it: the value, the address, how the text begins."""

    def draw(row: int, width: int) -> Sequence[Piece] | None:
        if row < 0:
            head = f"{padded('measured', _VALUE_CELLS, right=True)}  page"
            return [Piece(head, "$quiet")]
        page = pages.at(row)
        if page is None:
            return None
        value = padded(one_line(value_words(page.rule, page.value)), _VALUE_CELLS, right=True)
        room = max(0, width - _VALUE_CELLS - 2)
        address = one_line(short_address(page.url or page.id, 400))
        if width < _TEXT_FROM or not page.text:
            return [Piece(value, "$text-warning"), Piece(f"  {padded(address, room)}")]
        begins = one_line(page.text[:200])
        return [
            Piece(value, "$text-warning"),
            Piece(f"  {padded(address, _ADDRESS_CELLS)}  "),
            Piece(padded(begins, max(0, room - _ADDRESS_CELLS - 2)), "$quiet"),
        ]

    return draw
