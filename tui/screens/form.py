"""A dialog of a few typed lines: what connects a server, imports a model, writes curves."""

from __future__ import annotations

from typing import ClassVar, NamedTuple, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Input, Label, Static

from tui.screens.dialog import AskingDialog

Result = TypeVar("Result")


class Line(NamedTuple):
    """A line to type in."""

    name: str
    label: str
    example: str
    value: str = ""


class Form(AskingDialog[Result]):
    """Lines, a place for what is going on, and two buttons; it may stay open while that goes on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "app.focus_previous", "up", show=False, id="lines.up"),
        Binding("down", "app.focus_next", "down", show=False, id="lines.down"),
    ]
    heading = ""
    doing = ""
    """The label of the button."""

    def __init__(self, lines: tuple[Line, ...]) -> None:
        super().__init__(classes="form")
        self.lines = lines

    def compose(self) -> ComposeResult:
        """A line each."""
        with Vertical(classes="dialog") as box:
            box.border_title = Content(self.heading)
            for line in self.lines:
                with Horizontal(classes="field"):
                    yield Label(Content(line.label), classes="name")
                    yield Input(line.value, placeholder=line.example, id=line.name, compact=True)
            yield Static("", id="going-on")
            yield Static("", id="mistake")
            with Horizontal(classes="buttons"):
                yield Button("Close", id="close", compact=True)
                yield Button(self.doing, id="do", variant="primary", compact=True)

    def typed(self, name: str) -> str:
        """What stands in a line."""
        return self.query_one(f"#{name}", Input).value.strip()

    def say(self, words: str = "", *, mistake: str = "") -> None:
        """What is going on, or what went wrong."""
        self.query_one("#going-on", Static).update(Content(words))
        self.query_one("#mistake", Static).update(Content(f"✗ {mistake}" if mistake else ""))
