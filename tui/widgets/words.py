"""Text that is set again and again, and drawn only when it says something else."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static


class Words(Static):
    """A Static that leaves the screen alone when it is given what it shows already."""

    _shown = Content("")

    @property
    def text(self) -> str:
        """What stands there, without its colours."""
        return self._shown.plain

    def say(self, words: Content) -> None:
        """Show ``words``; a new layout of the screen only where their size may be another."""
        if not words.is_same(self._shown):
            self._shown = words
            self.update(words, layout=self.styles.auto_dimensions)
