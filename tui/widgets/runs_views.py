"""The views of the Runs pane, one of them shown: the table may have the curves below it."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget

from tui.clipboard import Piece
from tui.runs.detail_text import detail_words
from tui.runs.lineage_text import node_words
from tui.widgets.runs_disk import RunsDisk
from tui.widgets.runs_head import View
from tui.widgets.runs_lineage import RunsLineage
from tui.widgets.runs_plot import RunsPlot
from tui.widgets.runs_table import RunsTable
from tui.widgets.words import Words

_BOTH_FROM = 26
"""Lines from which on the curves stand below the table."""
_WHOLE = 10_000
"""Cells that no line of a run's words needs."""


class RunsViews(Vertical):
    """Draws nothing itself: the pane fills its parts."""

    def __init__(self) -> None:
        super().__init__(id="runs-views")
        self.view: View = "table"
        self.table, self.detail = RunsTable(), Words(id="runs-detail")
        self.plot, self.lineage = RunsPlot(), RunsLineage()
        self.disk = RunsDisk()

    def compose(self) -> ComposeResult:
        """From the top down."""
        yield self.table
        yield self.detail
        yield self.plot
        yield self.lineage
        yield self.disk

    def on_mount(self) -> None:
        """The first view."""
        self.go_to(self.view)

    def on_resize(self) -> None:
        """There may be room for both now, or no longer."""
        self.go_to(self.view)

    @property
    def draws(self) -> bool:
        """Whether curves are to be seen."""
        return self.view == "curves" or (self.view == "table" and self.size.height >= _BOTH_FROM)

    def go_to(self, view: View) -> None:
        """Show a view."""
        self.view = view
        self.table.display = self.detail.display = view == "table"
        self.plot.display = self.draws
        self.lineage.display = view == "lineage"
        self.disk.display = view == "disk"

    def under_cursor(self) -> Piece | None:
        """The run, or the checkpoint, that the cursor stands on; of the room on disk all."""
        line, row = self.lineage.chosen, self.table.chosen
        if self.view == "lineage":
            return Piece(line.node.name, node_words(line.node)) if line is not None else None
        if self.view == "disk":
            return Piece("the room on disk", self.disk.text)
        return Piece(row.name, detail_words(row, _WHOLE).plain) if row is not None else None

    def focus_view(self) -> None:
        """Give the focus to what is shown."""
        focused: dict[View, Widget] = {
            "table": self.table,
            "curves": self.plot,
            "lineage": self.lineage.rows,
            "disk": self.disk,
        }
        # Not before it is laid out: what is not shown cannot have the focus.
        self.call_after_refresh(focused[self.view].focus)
