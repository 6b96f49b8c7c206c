"""The four views of a probe, one of them shown: answers, outcomes, detectors, one name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget

from tui import telling
from tui.clipboard import Piece
from tui.probes import tables
from tui.probes.answer_text import answer_text
from tui.probes.detectors import detectors, table
from tui.probes.grid_layout import MOST_SAMPLES, Layout
from tui.probes.tally import by_category, by_group
from tui.safe_text import one_line
from tui.widgets.probe_detectors import ProbeDetectors
from tui.widgets.probe_grid import ProbeGrid
from tui.widgets.probe_head import View
from tui.widgets.probe_name import ProbeName
from tui.widgets.words import Words

if TYPE_CHECKING:
    from engine.probes.record import Outcome
    from tui.panes.pane import Contents
    from tui.probes.watch import Shown


SUMS_FROM_LINES = 34
"""Lines from which on the sums stand above the answers as well."""


class ProbeViews(Vertical):
    """Draws what it is given of a probe."""

    def __init__(self) -> None:
        super().__init__(id="probe-views")
        self.view: View = "answers"
        self.group: str | None = None
        """Only questions of this group are shown."""
        self.outcome: Outcome | None = None
        """Only questions whose greedy answer came out so."""
        self.grid, self.detectors, self.name_view = ProbeGrid(), ProbeDetectors(), ProbeName()
        self._answer, self._outcomes = Words(id="answer-words"), Words(id="outcome-words")
        self._opened_answer = VerticalScroll(id="probe-answer")
        self._summary = (Words(id="summary-outcomes"), Words(id="summary-detectors"))
        self._shown: Shown | None = None
        self._views: dict[View, Widget] = {}

    def compose(self) -> ComposeResult:
        """All four; on a wide screen the sums stand above the answers as well."""
        answers = Vertical(id="probe-answers")
        outcomes = VerticalScroll(id="probe-outcomes")
        with answers:
            with Horizontal(id="probe-summary"):
                yield from self._summary
            yield self.grid
            with self._opened_answer:
                yield self._answer
        with outcomes:
            yield self._outcomes
        yield self.detectors
        yield self.name_view
        self._views = {
            "answers": answers,
            "outcomes": outcomes,
            "detectors": self.detectors,
            "name": self.name_view,
        }

    def on_mount(self) -> None:
        """The first view."""
        self.go_to(self.view)

    def on_resize(self, event: events.Resize) -> None:
        """The sums above the grid leave where they would take its place."""
        self.set_class(event.size.height < SUMS_FROM_LINES, "-short")

    def go_to(self, view: View) -> None:
        """Show a view."""
        self.view = view
        for name, widget in self._views.items():
            widget.display = name == view

    def focus_view(self) -> None:
        """Give the focus to what is shown."""
        focused: dict[View, Widget] = {"answers": self.grid, "name": self.name_view.box}
        focused.get(self.view, self._views[self.view]).focus()

    # What is shown

    def show(self, shown: Shown) -> None:
        """Show another probe."""
        self._shown, self.group, self.outcome = shown, None, None
        self.show_lines()

    def show_lines(self) -> None:
        """Lay the grid out anew: another filter, or other questions."""
        shown = self._shown
        if shown is not None:
            lines = shown.book.lines(group=self.group, outcome=self.outcome)
            self.grid.show(shown.book, lines, _layout(shown))

    def answered(self, places: Sequence[int]) -> None:
        """Answers came to these lines."""
        if self._shown is None:
            return
        if self.outcome is not None or self.grid.layout_of != _layout(self._shown):
            self.show_lines()
        self.grid.changed(places)
        self._show_answer()

    def show_sums(self) -> None:
        """Count again, and show the figures that there are."""
        shown = self._shown
        if shown is None:
            return
        names = (shown.plan.checkpoint, shown.plan.against if shown.book.compares else None)
        tiers = tables.outcomes("tier", by_group(shown.book), names)
        known = tables.outcomes("known", by_category(shown.book), names, shades=True)
        parts = [tiers, Content(""), known]
        parts += [Content(""), tables.headline(shown.figures)] if shown.figures else []
        parts += [Content("")] if shown.left_out else []
        parts += [Content.styled(f"left out: {one_line(why)}", "$quiet") for why in shown.left_out]
        self._outcomes.say(Content("\n").join(parts))
        found = detectors(shown.figures)
        self._summary[0].say(tiers)
        self._summary[1].say(table(found))
        self.detectors.show(found)

    @on(ProbeGrid.Moved)
    def _show_answer(self) -> None:
        """Another cell, or its answer has come."""
        shown, place = self._shown, self.grid.place
        if shown is None or place is None:
            self._answer.say(Content.styled("no line to show", "$quiet"))
            return
        cell = self.grid.layout_of.cells[self.grid.cell]
        plan = shown.plan
        self._answer.say(answer_text(shown.book, place, cell, plan.checkpoint, plan.against))

    @on(ProbeGrid.Opened)
    def _open(self) -> None:
        """Go to the text of a cell, which on a low screen takes the grid's place."""
        self.add_class("-opened")
        if self._shown is not None and self.grid.place is not None:
            telling.question_opened(self, self._shown, self.grid.place)
        # Not before it is laid out: what is not shown cannot have the focus.
        self.call_after_refresh(self._opened_answer.focus)

    def contents(self) -> Contents | None:
        """What the view shows, but for one name, which the pane follows."""
        from tui.export import probes

        shown = self._shown
        if shown is None:
            return None
        match self.view:
            case "outcomes":
                book = shown.book
                tables = {"tier": by_group(book), "how well it is known": by_category(book)}
                return probes.of_outcomes(shown, tables)
            case "detectors":
                return probes.of_detectors(shown, detectors(shown.figures))
        return probes.of_answers(shown, self.grid.lines, self._answer.text)

    def under_cursor(self) -> Piece | None:
        """The answer under the cursor, or what the view says."""
        match self.view:
            case "outcomes":
                return Piece("the outcomes", self._outcomes.text)
            case "detectors":
                return Piece("the detectors", self._summary[1].text)
            case "name":
                return Piece("the chain", self.name_view.text)
        chosen = self.grid.chosen
        return None if chosen is None else Piece("the answer", chosen[1].text)

    def close(self) -> bool:
        """Back to the grid; whether a text was open."""
        if not self.has_class("-opened"):
            return False
        self.remove_class("-opened")
        self.call_after_refresh(self.grid.focus)
        return True


def _layout(shown: Shown) -> Layout:
    return Layout(
        checkpoint=shown.plan.checkpoint,
        against=shown.plan.against,
        n_wordings=shown.book.n_wordings,
        n_samples=min(shown.plan.samples, MOST_SAMPLES),
    )
