"""Which figure of the runs is drawn."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui.safe_text import one_line
from tui.screens.dialog import Dialog, key_words


class FigureDialog(Dialog[str]):
    """Gives a figure's name.

    Args:
        names: of all figures that the runs have.
        current: of the one that is drawn.
    """

    def __init__(self, names: Sequence[str], current: str) -> None:
        super().__init__()
        self.names, self.current = names, current

    def compose(self) -> ComposeResult:
        """In the order in which the runs name them."""
        with Vertical(classes="dialog") as box:
            box.border_title = Content("figure")
            if self.names:
                yield OptionList(*(Option(Content(one_line(name))) for name in self.names))
                keys = key_words("⏎ draw it", ("esc cancel", "cancel"))
            else:
                yield Static(Content("These runs have measured nothing yet."))
                keys = key_words(("esc cancel", "cancel"))
            yield Static(keys, id="keys")

    def on_mount(self) -> None:
        """Begin at the one that is drawn."""
        if self.current in self.names:
            self.query_one(OptionList).highlighted = list(self.names).index(self.current)

    @on(OptionList.OptionSelected)
    def selected(self, event: OptionList.OptionSelected) -> None:
        """Enter or a click."""
        self.dismiss(self.names[event.option_index])
