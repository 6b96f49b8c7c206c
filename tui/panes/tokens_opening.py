"""Opens tokenizers and cuts long texts for the pane, in threads: nobody waits with idle keys."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from textual.widget import Widget

from engine.errors import LabError
from engine.vocab.incremental import LiveText
from engine.vocab.lent import LentTokenizer
from tui.background import in_background
from tui.tokens.buffer import Edit
from tui.tokens.cut import Change, Cut
from tui.tokens.desk import LARGE_EDIT, Desk, Seat

if TYPE_CHECKING:
    from engine.vocab.find import FoundTokenizer

Find = Callable[[str], "FoundTokenizer"]


class Opener:
    """Brings seats from loading to ready, and keeps their cuts in step with the text.

    Args:
        host: the pane; its workers wait.
        desk: the text and the seats.
        find: opens a tokenizer; blocking.
        changed: called when a seat has another state, or another cut.
        edited: called when some of a seat's tokens have changed.
    """

    def __init__(
        self,
        host: Widget,
        desk: Desk,
        find: Find,
        changed: Callable[[Seat], None],
        edited: Callable[[Seat, Change], None],
    ) -> None:
        self._host, self._desk, self._find = host, desk, find
        self._changed, self._edited = changed, edited
        self._found: dict[str, FoundTokenizer] = {}
        """Those that stand on the desk, by their seats' name."""
        desk.buffer.listeners.append(self._follow)

    def open(self, seat: Seat) -> None:
        """Begin to open a seat's tokenizer; one that it has taken the place of is let go."""
        self.let_go()
        in_background(self._host, partial(self._open, seat), "tokenizer")

    async def _open(self, seat: Seat) -> None:
        try:
            found = await self.find(seat.name)
        except LabError as error:
            seat.fail(str(error))
            self._changed(seat)
            return
        self.let_go()  # The seat may have been taken away while it was opened.
        seat.found = found
        seat.state = "cutting"
        self._desk.redraw()
        await self._cut(seat)

    async def find(self, name: str) -> FoundTokenizer:
        """A tokenizer, opened unless it stands on the desk already.

        Raises:
            LabError: it cannot be had.
        """
        found = self._found.get(name)
        if found is None:
            found = self._found[name] = await asyncio.to_thread(self._find, name)
        return found

    def let_go(self) -> None:
        """End the processes of tokenizers that no seat shows any more."""
        shown = {seat.name for seat in self._desk.seats}
        for name in self._found.keys() - shown:
            tokenizer = self._found.pop(name).tokenizer
            if isinstance(tokenizer, LentTokenizer):
                tokenizer.close()

    async def _cut(self, seat: Seat) -> None:
        """Cut the text anew; edits that come meanwhile are made when it is there."""
        assert seat.found is not None
        seat.missed.clear()
        tokenizer, text = seat.found.tokenizer, self._desk.buffer.text
        try:
            if len(text) < LARGE_EDIT and not isinstance(tokenizer, LentTokenizer):
                live = LiveText(tokenizer, text)
            else:
                self._changed(seat)
                live = await asyncio.to_thread(LiveText, tokenizer, text)
            seat.take(Cut(live))
        except LabError as error:
            seat.fail(str(error))
        self._changed(seat)

    def _follow(self, edit: Edit) -> None:
        for seat in self._desk.seats:
            if seat.found is None:
                continue
            if seat.is_cutting():
                seat.missed.append(edit)
                continue
            change = seat.edit(edit)
            if change is not None:
                self._edited(seat, change)
            elif seat.is_cutting():
                in_background(self._host, partial(self._cut, seat), "cut")
            else:
                self._changed(seat)
