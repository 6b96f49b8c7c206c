"""The runs of the funnel there are: to look at one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui.data.head_text import listed_line
from tui.screens.dialog import Dialog

if TYPE_CHECKING:
    from tui.data.listed import Listed


class DataList(Dialog["Listed"]):
    """Enter looks at one."""

    def __init__(self, listed: Sequence[Listed], current: str | None) -> None:
        super().__init__()
        self.listed, self.current = listed, current

    def compose(self) -> ComposeResult:
        """Two lines each, newest first, that which comes with the lab last."""
        with Vertical(classes="dialog") as box:
            box.border_title = Content("runs of the funnel")
            if self.listed:
                yield OptionList(*(Option(listed_line(each)) for each in self.listed))
                yield Static(Content("⏎ look at it · esc cancel"), id="keys")
            else:
                yield Static(Content("There is none yet: n starts one."))

    def on_mount(self) -> None:
        """Begin at the one that is looked at."""
        keys = [each.key for each in self.listed]
        if self.current in keys:
            self.query_one(OptionList).highlighted = keys.index(self.current)

    @on(OptionList.OptionSelected)
    def selected(self, event: OptionList.OptionSelected) -> None:
        """Enter or a click."""
        self.dismiss(self.listed[event.option_index])
