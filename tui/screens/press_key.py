"""Waits for one key, whichever it is."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tui.screens.dialog import Dialog, key_words


class PressKey(Dialog[str]):
    """Gives the key that is pressed, as Textual calls it; escape gives None.

    Args:
        wanted: for what it is to be pressed.
    """

    TAKES_ALL_KEYS = True

    def __init__(self, wanted: str) -> None:
        super().__init__()
        self.wanted = wanted

    def compose(self) -> ComposeResult:
        """A line."""
        with Vertical(classes="dialog"):
            yield Static(Content(f"Press the key for: {self.wanted}"))
            yield Static(key_words(("esc leaves it as it is", "cancel")), classes="hint")

    def on_key(self, event: events.Key) -> None:
        """Any key but escape, which is a binding and comes later."""
        if event.key != "escape":
            event.stop()
            event.prevent_default()
            self.dismiss(event.key)
