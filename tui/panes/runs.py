"""Pane 8: all training runs, live and past."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from textual.app import ComposeResult

from tui.panes.pane import LabPane
from tui.pieces import Piece
from tui.run_watch import RunWatch
from tui.widgets.data_rows import DataRows, Pieces


class Lab(Protocol):
    """What the pane needs of the app."""

    @property
    def watch_runs(self) -> RunWatch:
        """The runs."""
        ...


class RunsPane(LabPane):
    """A table of the runs."""

    # The app's own stylesheet is parsed before the first paint; this one is not.
    DEFAULT_CSS = Path(__file__).with_name("runs.tcss").read_text("utf-8")
    SCOPED_CSS = False

    def __init__(self, lab: Lab) -> None:
        super().__init__(id="runs")
        self._lab = lab
        self.rows = DataRows("runs-rows")

    def compose(self) -> ComposeResult:
        """The table."""
        yield self.rows

    def on_mount(self) -> None:
        """What is known already."""
        self.rows.show(len(self._lab.watch_runs.runs), self._row)

    def _row(self, row: int, width: int) -> Pieces:
        runs: Sequence[object] = self._lab.watch_runs.runs
        if row < 0:
            return (Piece("run", "$quiet"),)
        return (Piece(self._lab.watch_runs.runs[row].name if row < len(runs) else ""),)
