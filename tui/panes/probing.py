"""Starts, stops, resumes and lists probes for the pane; files are touched in threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from tui.panes.control import control
from tui.probes.looks import ALIVE, RESUMABLE
from tui.probes.watch import ProbeWatch

if TYPE_CHECKING:
    from engine.probes.plan import ProbePlan
    from tui.export.made import Making
    from tui.panes.probes import ProbesPane


class Prober:
    """Opens the dialogs of a pane's probes.

    Args:
        pane: whose they are.
        watch: the probes.
    """

    def __init__(self, pane: ProbesPane, watch: ProbeWatch) -> None:
        self._pane, self._watch = pane, watch

    def possible(self, action: str) -> bool:
        """Whether ``halt``, ``resume``, ``export`` would do something now."""
        shown = self._watch.shown
        if shown is None:
            return False
        state = shown.listed.status.state
        if action == "halt":
            return state in ALIVE
        if action == "resume":
            return state in RESUMABLE and not shown.listed.shipped
        return shown.figures is not None  # A report is about figures.

    def new(self) -> None:
        """Ask what to probe, and begin."""
        from tui.screens.probe_form import ProbeForm

        def chosen(plan: ProbePlan | None) -> None:
            if plan is not None:
                self._do(lambda: self._watch.control.start(plan))

        shown = self._watch.shown
        begin = shown.plan.checkpoint if shown else "nano/sft"
        self._pane.app.push_screen(ProbeForm(self._pane.checkpoints, begin), chosen)

    def choose(self) -> None:
        """List the probes there are."""
        from tui.probes.head_text import listed_line
        from tui.screens.listed import ListedDialog, look_at_one

        shown = self._watch.shown
        dialog = ListedDialog(
            "probes",
            self._watch.listed,
            listed_line,
            key=lambda each: each.key,
            current=shown.listed if shown else None,
            starts="n",
        )
        look_at_one(self._pane.app, dialog, self._pane.look_at)

    def halt(self) -> None:
        """Stop the probe that is looked at; nothing is lost, so nothing is asked."""
        shown = self._watch.shown
        if shown is not None:
            name = shown.listed.status.name
            self._do(lambda: self._watch.control.stop(name))

    def resume(self) -> None:
        """Go on with the probe that is looked at."""
        shown = self._watch.shown
        if shown is not None:
            name = shown.listed.status.name
            self._do(lambda: self._watch.control.resume(name))

    def export(self) -> None:
        """Ask where the probe that is looked at goes: a report, or every answer and score."""
        from engine.probes.reader import ProbeReader
        from engine.probes.report import report_lines
        from tui.screens.export import Export, ask_where

        def make(ending: str, making: Making) -> Iterator[str]:
            # Read in the dialog's thread: 10,000 records take seconds.
            return making.through(report_lines([ProbeReader(status.path)], ending))

        shown = self._watch.shown
        if shown is not None:
            status = shown.listed.status
            forms = {ending: partial(make, ending) for ending in (".md", ".jsonl", ".csv")}
            ask_where(self._pane.app, Export(title=status.name, name=status.name, forms=forms))

    def _do(self, what: Callable[[], str | None]) -> None:
        pane, watch = self._pane, self._watch
        control(pane, what, read=pane.read, named=watch.named, look_at=pane.look_at)
