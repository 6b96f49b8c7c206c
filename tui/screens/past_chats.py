"""The conversations that were kept: to open one again, or to delete it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui.chat.store import Listed
from tui.safe_text import one_line
from tui.screens.dialog import Dialog, key_words


class PastPick(NamedTuple):
    """What is to be done with which conversation."""

    what: Literal["open", "delete"]
    listed: Listed


class PastChats(Dialog[PastPick]):
    """Enter opens, x deletes.

    Args:
        listed: all there are.
        current: the key of the one that is open, where the cursor begins.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x,delete", "delete", "delete", id="past.delete"),
    ]

    def __init__(self, listed: Sequence[Listed], current: str) -> None:
        super().__init__()
        self.listed, self.current = listed, current

    def compose(self) -> ComposeResult:
        """A line each, newest first."""
        with Vertical(classes="dialog") as box:
            box.border_title = Content("conversations")
            if self.listed:
                yield OptionList(*(Option(_line(each)) for each in self.listed))
                words = key_words("⏎ open", ("x delete", "delete"), ("esc cancel", "cancel"))
                yield Static(words, id="keys")
            else:
                yield Static(Content("None was kept yet: each is, from its first question on."))

    def on_mount(self) -> None:
        """Begin at the one that is open."""
        keys = [each.key for each in self.listed]
        if self.current in keys:
            self.query_one(OptionList).highlighted = keys.index(self.current)

    def action_delete(self) -> None:
        """The highlighted one."""
        if self.listed:
            place = self.query_one(OptionList).highlighted
            if place is not None:
                self.dismiss(PastPick("delete", self.listed[place]))

    @on(OptionList.OptionSelected)
    def selected(self, event: OptionList.OptionSelected) -> None:
        """Enter or a click."""
        self.dismiss(PastPick("open", self.listed[event.option_index]))


def _line(listed: Listed) -> Content:
    questions = f"{listed.n_exchanges} question{'s' * (listed.n_exchanges != 1)}"
    return Content.assemble(
        (one_line(listed.title), "bold"),
        (f"\n  {listed.updated[:16].replace('T', ' ')} · {questions} · ", "$quiet"),
        (one_line(listed.model), "$quiet"),
    )
