"""The funnel, rule by rule, with what is known to be true of it beside or below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message

from tui.data.funnel_text import Entry, entries, funnel_lines
from tui.data.rule_text import about
from tui.data.truth_text import truth_words
from tui.widgets.data_rows import DataRows
from tui.widgets.words import Words

if TYPE_CHECKING:
    from engine.data.funnel.report import Report

TRUTH_FROM = 150
"""Cells from which on the truth stands beside the funnel."""
TRUTH_CELLS = 52
"""Its width, without edges."""
BY_RULE_FROM = 30
"""Lines from which on every rule is shown at first; on fewer it is every stage."""


class FunnelRows(DataRows):
    """The lines of the funnel."""

    HELP = """
## The funnel

A line is a rule with what it removed and what is left behind it; **junk** is how much of the
removed is junk by the true labels (only the pocket web has them). The bar is what is left, its
dotted tail what the rule took.

**space** folds the rules into their stages. **enter** shows the pages that fell.
"""

    BINDINGS = [Binding("space", "fold", "fold", id="funnel.fold")]  # noqa: RUF012

    class Folded(Message):
        """Rules are to be folded into stages, or unfolded."""

    def action_fold(self) -> None:
        """Stages only, or all rules."""
        self.post_message(self.Folded())


class DataFunnel(Horizontal):
    """Draws a report."""

    class Wanted(Message):
        """The pages that a line's rules removed are to be shown."""

        def __init__(self, entry: Entry) -> None:
            super().__init__()
            self.entry = entry

    def __init__(self) -> None:
        super().__init__(id="data-funnel")
        self.rows = FunnelRows("funnel-rows")
        self.entries: list[Entry] = []
        self.by_rule: bool | None = None
        """None until there is a screen to fit in or somebody has chosen."""
        self._about, self._truth = Words(id="funnel-about"), Words(id="funnel-truth")
        self._report: Report | None = None

    def compose(self) -> ComposeResult:
        """The lines with what they are about below, and the truth to the right."""
        with Vertical():
            yield self.rows
            yield self._about
        with VerticalScroll(id="funnel-beside"):
            yield self._truth

    def on_resize(self, event: events.Resize) -> None:
        """What stands beside each other depends on the width."""
        self.set_class(event.size.width >= TRUTH_FROM, "-beside")
        if self.by_rule is None:
            self.by_rule = event.size.height >= BY_RULE_FROM
        self._draw()

    def show(self, report: Report) -> None:
        """Show another report."""
        self._report = report
        self._draw()

    def _draw(self) -> None:
        report = self._report
        if report is None:
            return
        chosen = self.entries[self.rows.row].name if self.entries else ""
        self.entries = entries(report, by_rule=self.by_rule is not False)
        names = [entry.name for entry in self.entries]
        stage = chosen.partition(".")[0]
        row = next((names.index(name) for name in (chosen, stage) if name in names), None)
        self.rows.show(len(self.entries), funnel_lines(report, self.entries), row=row)
        self._truth.say(truth_words(report, TRUTH_CELLS))
        self._say_about()

    @on(DataRows.Moved)
    def _say_about(self) -> None:
        if self._report is not None and self.entries:
            self._about.say(about(self._report, self.entries[self.rows.row]))
        else:
            self._about.say(Content(""))

    @on(FunnelRows.Folded)
    def fold(self) -> None:
        """Stages only, or all rules."""
        self.by_rule = not self.by_rule
        self._draw()

    @on(DataRows.Opened)
    def opened(self) -> None:
        """Show what fell; a line at which nothing fell has nothing to show."""
        entry = self.entries[self.rows.row]
        if entry.removes:
            self.post_message(self.Wanted(entry))
