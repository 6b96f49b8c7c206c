"""Another threshold for a rule, typed."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Input, Label, Static

from engine.data.funnel.rules import BY_NAME
from engine.errors import DataError
from tui.data.looks import threshold_words
from tui.data.moves import typed
from tui.screens.dialog import AskingDialog


class DataThreshold(AskingDialog[float]):
    """Gives a number that the rule can have; any other is said to be none, and stays there."""

    def __init__(self, rule: str, now: float) -> None:
        super().__init__(classes="form")
        self.rule, self.now = BY_NAME[rule], now

    def compose(self) -> ComposeResult:
        """One line, with what holds now in it."""
        with Vertical(classes="dialog") as box:
            box.border_title = Content(self.rule.name)
            yield Static(Content(f"A page stays by its {self.rule.title}."))
            with Horizontal(classes="field"):
                yield Label(Content(f"if it is {self.rule.keeps}"), classes="name")
                yield Input(f"{self.now:.12g}", id="threshold", compact=True)
                published = threshold_words(self.rule.keeps, self.rule.threshold)
                yield Label(Content(f"published: {published}"), classes="hint")
            yield Static("", id="mistake")
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="cancel", compact=True)
                yield Button("Set", id="do", variant="primary", compact=True)

    def finish(self) -> None:
        """Close with the number."""
        try:
            value = typed(self.rule.name, self.query_one("#threshold", Input).value.strip())
        except DataError as error:
            self.say_mistake(str(error))
            return
        self.dismiss(value)
