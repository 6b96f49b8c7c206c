"""What the lab takes of the disk, and what is in the trash."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import VerticalScroll

from tui.runs.disk_text import disk_words
from tui.widgets.words import Words

if TYPE_CHECKING:
    from engine.disk_use import DiskUse
    from engine.trash import Trashed


class RunsDisk(VerticalScroll):
    """Scrolls where the trash is full."""

    HELP = """
# Disk use

What runs, probes, models, corpora and the trash take, and what is left on the disk. What was
deleted lies in the trash: **u** brings back the last, **E** deletes all of it for good, after a
question.
"""

    def __init__(self) -> None:
        super().__init__(id="runs-disk")
        self.use: DiskUse | None = None
        self._deleted: Sequence[Trashed] = ()
        self._words = Words(id="disk-words")

    def compose(self) -> ComposeResult:
        """One text."""
        yield self._words

    @property
    def text(self) -> str:
        """All of it."""
        return self._words.text

    def show(self, deleted: Sequence[Trashed]) -> None:
        """Show what is in the trash beside what was measured last."""
        self._deleted = deleted
        self._words.say(disk_words(self.use, deleted))

    async def measure(self) -> None:
        """Measure the folders, in a thread: there may be many files."""
        from engine.disk_use import disk_use

        self.use = await asyncio.to_thread(disk_use)
        if self.is_attached:
            self.show(self._deleted)
