"""What goes through the funnel in a new run."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Input, Label, Static

from engine.background import NAME
from tui.data.listed import Wish
from tui.screens.dialog import AskingDialog


class DataForm(AskingDialog[Wish]):
    """Gives what to do; nothing typed is lost to a mistake."""

    def __init__(self) -> None:
        super().__init__(classes="form")

    def compose(self) -> ComposeResult:
        """Each line may stay empty, so that enter is enough."""
        with Vertical(classes="dialog") as box:
            box.border_title = Content("new run of the funnel")
            with Horizontal(classes="field"):
                yield Label("input", classes="name")
                yield Input(placeholder="a WARC file, a folder, .jsonl, .parquet, .txt", id="input",
                            compact=True)  # fmt: skip
            yield Static(
                Content("Empty: the pocket web's crawl, which is written first."), classes="hint"
            )
            with Horizontal(classes="field"):
                yield Label("name", classes="name")
                yield Input(placeholder="numbered by itself", id="name", compact=True)
            yield Static("", id="mistake")
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="cancel", compact=True)
                yield Button("Start", id="do", variant="primary", compact=True)

    def finish(self) -> None:
        """Close with it, or say what is wrong with the name."""
        name = self.query_one("#name", Input).value.strip()
        path = self.query_one("#input", Input).value.strip()
        if name and not NAME.fullmatch(name):
            self.say_mistake(
                f"{name[:70]!r} cannot name a run: letters, digits, dots and dashes, 64 at most."
            )
            return
        self.dismiss(Wish(inputs=(path,) if path else (), name=name or None))
