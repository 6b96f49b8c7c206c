"""Edit the conversation of the Tokens pane."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Label, Static, TextArea

from engine.conversation import Turn
from engine.errors import LabError
from tui.safe_text import visible
from tui.screens.dialog import Dialog
from tui.tokens.talk import turns_of


class TokensTalk(Dialog[Sequence[Turn]]):
    """Gives turns; what cannot be read is said, and nothing is lost.

    Args:
        text: the conversation as lines.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+j,ctrl+s", "take", "take it", priority=True, id="talk.take"),
    ]

    def __init__(self, text: str) -> None:
        super().__init__(classes="editor")
        self.text = text

    def compose(self) -> ComposeResult:
        """The lines, and two buttons."""
        with Vertical(classes="dialog") as box:
            box.border_title = Content("the conversation")
            yield Label(Content("A turn begins with system:, user: or assistant:"), classes="hint")
            yield TextArea(self.text, id="text", compact=True)
            yield Static("", id="mistake")
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="cancel", compact=True)
                yield Button("Take it (^s)", id="do", variant="primary", compact=True)

    def on_mount(self) -> None:
        """To the end of it."""
        area = self.query_one(TextArea)
        area.move_cursor(area.document.end)
        area.focus()

    def action_take(self) -> None:
        """Close with the turns, or say what is wrong with them."""
        try:
            self.dismiss(turns_of(self.query_one(TextArea).text))
        except LabError as error:
            self.query_one("#mistake", Static).update(Content(f"✗ {visible(str(error))}"))

    @on(Button.Pressed)
    def pressed(self, event: Button.Pressed) -> None:
        """By mouse, or enter on a button."""
        if event.button.id == "do":
            self.action_take()
        else:
            self.dismiss(None)
