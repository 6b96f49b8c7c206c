"""Work in folders of its own, trainings, probes or runs of the funnel: one is chosen to look at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from textual import on
from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui.screens.dialog import Dialog, key_words

L = TypeVar("L")


class ListedDialog(Dialog[L]):
    """Enter looks at one.

    Args:
        title: what they are.
        listed: all there are.
        line: says one of them, in a line or two.
        key: what tells it from the others.
        current: the one that is looked at.
        starts: the key of the pane that starts one.
    """

    def __init__(
        self,
        title: str,
        listed: Sequence[L],
        line: Callable[[L], Content],
        *,
        key: Callable[[L], object],
        current: L | None,
        starts: str,
    ) -> None:
        super().__init__()
        self.listed = listed
        self._title, self._line, self._key = title, line, key
        self._current, self._starts = current, starts

    def compose(self) -> ComposeResult:
        """In the order in which they came."""
        with Vertical(classes="dialog") as box:
            box.border_title = Content(self._title)
            if self.listed:
                yield OptionList(*(Option(self._line(each)) for each in self.listed))
                yield Static(key_words("⏎ look at it", ("esc cancel", "cancel")), id="keys")
            else:
                yield Static(Content(f"There is none yet: {self._starts} starts one."))

    def on_mount(self) -> None:
        """Begin at the one that is looked at."""
        keys = [self._key(each) for each in self.listed]
        if self._current is not None and self._key(self._current) in keys:
            self.query_one(OptionList).highlighted = keys.index(self._key(self._current))

    @on(OptionList.OptionSelected)
    def selected(self, event: OptionList.OptionSelected) -> None:
        """Enter or a click."""
        self.dismiss(self.listed[event.option_index])


def look_at_one(app: App[Any], dialog: ListedDialog[L], look_at: Callable[[L], None]) -> None:
    """Open the dialog; what is chosen is looked at."""

    def chosen(found: L | None) -> None:
        if found is not None:
            look_at(found)

    app.push_screen(dialog, chosen)
