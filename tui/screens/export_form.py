"""Write a conversation to a file, or take it to the clipboard."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Input, Label, Static

from engine.errors import LabError
from engine.paths import expanded
from tui.chat import export
from tui.chat.conversation import Conversation
from tui.screens.dialog import Dialog


class ExportForm(Dialog[str]):
    """Gives the sentence that says where it went."""

    def __init__(self, conversation: Conversation) -> None:
        super().__init__(classes="form")
        self.conversation = conversation

    def compose(self) -> ComposeResult:
        """The file's name and three buttons."""
        with Vertical(classes="dialog") as box:
            box.border_title = Content("export")
            with Horizontal(classes="field"):
                yield Label("file", classes="name")
                yield Input(str(export.suggested(self.conversation)), id="path", compact=True)
            yield Static(
                Content(".md is to be read; .jsonl has each turn's parts, ids and loss mask."),
                classes="hint",
            )
            yield Static("", id="mistake")
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="cancel", compact=True)
                yield Button("Copy as Markdown", id="copy", compact=True)
                yield Button("Write", id="write", variant="primary", compact=True)

    @on(Input.Submitted)
    def submitted(self) -> None:
        """Enter writes."""
        self._write()

    @on(Button.Pressed)
    def pressed(self, event: Button.Pressed) -> None:
        """By mouse, or enter on a button."""
        if event.button.id == "write":
            self._write()
        elif event.button.id == "copy":
            text = export.to_markdown(self.conversation)
            self.app.copy_to_clipboard(text)
            self.dismiss(f"Copied {len(text)} characters of Markdown.")
        else:
            self.dismiss(None)

    def _write(self) -> None:
        typed = self.query_one(Input).value.strip()
        try:
            path = expanded(typed).absolute()
            export.write(self.conversation, path)
        except LabError as error:
            self.query_one("#mistake", Static).update(Content(f"✗ {error}"))
        else:
            self.dismiss(f"Written to {path}.")
