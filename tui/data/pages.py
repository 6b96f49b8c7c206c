"""The pages that one rule removed, read from disk some at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from engine.data.funnel.results import DroppedRow
from tui.data.chunks import Chunks
from tui.data.looks import padded, short_address, value_words
from tui.pieces import Piece
from tui.safe_text import one_line

if TYPE_CHECKING:
    from tui.data.listed import Folder

_VALUE_CELLS = 14
_ADDRESS_CELLS = 34
_TEXT_FROM = 70


class DroppedPages(Chunks[DroppedRow]):
    """Reads them as they are looked at.

    Args:
        folder: the run.
        rule: whose pages.
    """

    def __init__(self, folder: Folder, rule: str) -> None:
        super().__init__(partial(folder.n_dropped, rule), partial(folder.dropped, rule))
        self.rule = rule


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
