"""A small editor: for a call before it runs, or for an output that a person writes by hand."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Static, TextArea

from tui.screens.dialog import Dialog


class CallEditor(Dialog[str]):
    """Gives the text; None when cancelled.

    Args:
        title: what is edited, on the border.
        explained: what will be done with it.
        text: what stands there at first.
        doing: the label of the button.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+j,ctrl+s", "use", "use it", priority=True, id="editor.use"),
    ]

    def __init__(self, title: str, explained: str, text: str, doing: str) -> None:
        super().__init__()
        self.heading, self.explained, self.text, self.doing = title, explained, text, doing

    def compose(self) -> ComposeResult:
        """The words, the text, two buttons."""
        with Vertical(classes="dialog editor") as box:
            box.border_title = Content(self.heading)
            yield Static(Content(self.explained), classes="hint")
            area = TextArea(self.text, id="text", compact=True, highlight_cursor_line=False)
            yield area
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="cancel", compact=True)
                yield Button(f"{self.doing} (^s)", id="use", variant="primary", compact=True)

    def on_mount(self) -> None:
        """Behind the last character."""
        area = self.query_one(TextArea)
        area.move_cursor(area.document.end)
        area.focus()

    def action_use(self) -> None:
        """Take the text as it stands."""
        self.dismiss(self.query_one(TextArea).text)

    @on(Button.Pressed)
    def pressed(self, event: Button.Pressed) -> None:
        """By mouse."""
        self.dismiss(self.query_one(TextArea).text if event.button.id == "use" else None)
