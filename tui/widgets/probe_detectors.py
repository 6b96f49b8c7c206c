"""The view of the detectors: a table, and three plots of the one that is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical

from tui.probes.detectors import Detector, plots, table
from tui.widgets.probe_plot import ProbePlot
from tui.widgets.words import Words


class ProbeDetectors(Vertical, can_focus=True):
    """↑ and ↓ choose a detector."""

    HELP = """
## The detectors

Each gives every answer a score, higher where the model knows. **AUROC** is how often a right answer
scores above a wrong one: 0.5 is a coin, 1 is perfect. **ECE** is how far the score, read as a
probability, is from the share that is right.

*Reliability*: on the dotted line a score means what it says. *ROC*: hits against false alarms at
every threshold. *Risk and coverage*: if only the surest answers were given, how many of them were
wrong. Detectors are measured when the probe ends, or is stopped.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "choose(-1)", "up", show=False, id="detectors.up"),
        Binding("down", "choose(1)", "down", show=False, id="detectors.down"),
    ]

    def __init__(self) -> None:
        super().__init__(id="probe-detectors")
        self.found: Sequence[Detector] = ()
        self.chosen = 0
        self._table = Words(id="detector-table")
        self._plots = tuple(ProbePlot(plot) for plot in plots(None))

    def compose(self) -> ComposeResult:
        """The table and the plots."""
        yield self._table
        with Horizontal(id="plots"):
            yield from self._plots

    def on_mount(self) -> None:
        """Say what there is to wait for."""
        self._draw()

    def show(self, found: Sequence[Detector]) -> None:
        """Show other figures."""
        self.found = found
        self.chosen = max(0, min(self.chosen, len(found) - 1))
        self._draw()

    def action_choose(self, by: int) -> None:
        """The next or previous detector."""
        if self.found:
            self.chosen = (self.chosen + by) % len(self.found)
            self._draw()

    def _draw(self) -> None:
        chosen = self.found[self.chosen] if self.found else None
        self._table.say(table(self.found, self.chosen))
        for widget, plot in zip(self._plots, plots(chosen), strict=True):
            widget.show(plot)
