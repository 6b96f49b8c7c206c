"""The RL runs there are: to look at one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui.rl.head_text import listed_line
from tui.screens.dialog import Dialog, key_words

if TYPE_CHECKING:
    from engine.runs import RunStatus


class RlList(Dialog["RunStatus"]):
    """Enter looks at one."""

    def __init__(self, runs: Sequence[RunStatus], current: RunStatus | None) -> None:
        super().__init__()
        self.runs, self.current = runs, current

    def compose(self) -> ComposeResult:
        """Two lines each, newest first, those that come with the lab last."""
        with Vertical(classes="dialog") as box:
            box.border_title = Content("reinforcement learning")
            if self.runs:
                yield OptionList(*(Option(listed_line(run)) for run in self.runs))
                yield Static(key_words("⏎ look at it", ("esc cancel", "cancel")), id="keys")
            else:
                yield Static(Content("There is none yet: t starts one."))

    def on_mount(self) -> None:
        """Begin at the one that is looked at."""
        paths = [run.path for run in self.runs]
        if self.current is not None and self.current.path in paths:
            self.query_one(OptionList).highlighted = paths.index(self.current.path)

    @on(OptionList.OptionSelected)
    def selected(self, event: OptionList.OptionSelected) -> None:
        """Enter or a click."""
        self.dismiss(self.runs[event.option_index])
