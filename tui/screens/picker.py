"""Choose a checkpoint for a column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.cells import set_cell_size
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.format import fitted, scaled
from tui.screens.dialog import Dialog
from tui.stages import hue

if TYPE_CHECKING:
    from engine.manifest import CheckpointInfo


def checkpoint_line(info: CheckpointInfo) -> Content:
    """Name, stage, size and age of a checkpoint in one aligned line."""
    origin = "shipped" if info.shipped else info.created[:16].replace("T", " ")
    return Content.assemble(
        (set_cell_size(fitted(info.name, 24), 25), "bold"),
        (info.stage.ljust(7), hue(info.stage)),
        f"{scaled(info.n_params):>7}  ",
        (f"step {info.step:>6}  ", "$quiet"),
        (origin, "$quiet"),
    )


class CheckpointPicker(Dialog[str]):
    """Gives the name of the chosen checkpoint."""

    def __init__(self, checkpoints: Sequence[CheckpointInfo], current: str, title: str) -> None:
        super().__init__()
        self.checkpoints, self.current, self.heading = checkpoints, current, title

    def compose(self) -> ComposeResult:
        """A list; an empty one says how to fill it."""
        with Vertical(classes="dialog") as box:
            box.border_title = Content(self.heading)
            if not self.checkpoints:
                yield OptionList(
                    Option("There are no checkpoints yet: train one in 1 Pipeline.", disabled=True)
                )
                return
            yield OptionList(*(Option(checkpoint_line(i), id=i.name) for i in self.checkpoints))

    def on_mount(self) -> None:
        """Begin at the one in use."""
        names = [info.name for info in self.checkpoints]
        if self.current in names:
            self.query_one(OptionList).highlighted = names.index(self.current)

    @on(OptionList.OptionSelected)
    def selected(self, event: OptionList.OptionSelected) -> None:
        """Enter or a click."""
        self.dismiss(event.option.id)
