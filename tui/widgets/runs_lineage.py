"""The tree of checkpoints: each below the one that it was trained from."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from tui.runs.lineage_text import head_pieces, line_pieces, node_words
from tui.safe_text import visible
from tui.widgets.data_rows import DataRows, Pieces
from tui.widgets.words import Words

if TYPE_CHECKING:
    from engine.lineage import Line


class _Tree(DataRows):
    """Holds the cursor."""

    HELP = """
# Lineage

Each checkpoint stands below the one it was trained from, found by the hash of its weights: a parent
that was trained anew under the same name is another one. Its figures stand beside its parent's.

**enter** shows the run in the table, **w** asks it and its parent side by side in Compare.
"""


class RunsLineage(Vertical):
    """Lines, and below them all of the one under the cursor."""

    def __init__(self) -> None:
        super().__init__(id="runs-lineage")
        self.lines: Sequence[Line] = ()
        self.rows, self._words = _Tree("lineage-rows"), Words(id="lineage-words")

    def compose(self) -> ComposeResult:
        """From the top down."""
        yield self.rows
        yield self._words

    @property
    def chosen(self) -> Line | None:
        """The line under the cursor."""
        return self.lines[self.rows.row] if self.rows.row < len(self.lines) else None

    async def read(self) -> None:
        """Read all manifests, in a thread, and show what they say."""
        from engine.lineage import drawn, lineage  # Not before it is needed.

        lines = await asyncio.to_thread(lambda: list(drawn(lineage())))
        if self.is_attached:
            self.show(lines)

    def show(self, lines: Sequence[Line]) -> None:
        """Show another tree; the cursor stays on its checkpoint."""
        if [(line.boxes, node_words(line.node)) for line in lines] == [
            (line.boxes, node_words(line.node)) for line in self.lines
        ]:
            return
        chosen = self.chosen
        self.lines = lines
        names = [line.node.name for line in lines]
        there = chosen is not None and chosen.node.name in names
        row = names.index(chosen.node.name) if chosen is not None and there else 0
        self.rows.show(len(lines), self._line, row=row)
        self._describe()

    def _line(self, row: int, width: int) -> Pieces:
        return head_pieces(width) if row < 0 else line_pieces(self.lines[row], width)

    @on(DataRows.Moved)
    def _describe(self) -> None:
        chosen = self.chosen
        words = visible(node_words(chosen.node)) if chosen is not None else ""
        self._words.say(Content(words))
