"""A checkpoint's model card, as it lies in its folder."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Markdown

from tui.screens.dialog import Dialog


class Card(Dialog[None]):
    """Scrolls; escape closes it."""

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self.heading, self.text = title, text

    def compose(self) -> ComposeResult:
        """The card; its links lead nowhere from here."""
        with VerticalScroll(classes="dialog card") as box:
            box.border_title = Content(self.heading)
            yield Markdown(self.text, open_links=False)
