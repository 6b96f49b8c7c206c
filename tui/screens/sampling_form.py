"""The form of the sampling controls, shared by all columns or a column's own."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, Label, Static

from engine.errors import RequestError
from tui.sampling import Sampling
from tui.sampling_fields import FIELDS, parsed, typed_in
from tui.screens.dialog import AskingDialog


class SamplingForm(AskingDialog[Sampling]):
    """Gives the new settings, None when cancelled; a mistake is said and nothing is lost.

    Args:
        sampling: what holds now.
        title: what for, on the border.
        samples: whether there may be several samples.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "app.focus_previous", "up", show=False, id="form.up"),
        Binding("down", "app.focus_next", "down", show=False, id="form.down"),
    ]

    def __init__(self, sampling: Sampling, title: str, *, samples: bool = True) -> None:
        super().__init__()
        self.sampling, self.heading = sampling, title
        self.fields = [field for field in FIELDS if samples or field.name != "n"]

    def compose(self) -> ComposeResult:
        """A line a control: name, value, what it does."""
        texts = typed_in(self.sampling)
        with Vertical(classes="dialog") as box:
            box.border_title = Content(self.heading)
            with VerticalScroll(can_focus=False):
                for field in self.fields:
                    with Horizontal(classes="field"):
                        yield Label(Content(field.label), classes="name")
                        yield Input(texts[field.name], id=field.name, compact=True)
                        yield Label(Content(field.hint), classes="hint")
            yield Static("", id="mistake")
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="cancel", compact=True)
                yield Button("Use", id="use", variant="primary", compact=True)

    def finish(self) -> None:
        """See ``AskingDialog``."""
        typed = {field.name: self.query_one(f"#{field.name}", Input).value for field in self.fields}
        try:
            self.dismiss(parsed({**typed_in(self.sampling), **typed}, self.sampling))
        except RequestError as error:
            self.say_mistake(str(error))
