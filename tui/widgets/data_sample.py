"""What if a threshold were another: thresholds to move, and what that does to a sample of pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message

from engine.data.funnel.rules import BY_NAME
from tui.clipboard import Piece
from tui.data.looks import threshold_words
from tui.data.moves import moved
from tui.data.page_text import found_spans, marked
from tui.data.sample_text import (
    MOVABLE,
    crossing_lines,
    crossing_words,
    spread_words,
    summary,
    threshold_lines,
)
from tui.format import grouped
from tui.widgets.data_bar import DataBar
from tui.widgets.data_rows import DataRows
from tui.widgets.words import Words

if TYPE_CHECKING:
    from engine.data.funnel.whatif_answer import Crossing
    from tui.data.sample import Sample
    from tui.panes.pane import Contents

BESIDE_FROM = 120
"""Cells from which on the pages that changed sides stand beside the thresholds."""


class ThresholdRows(DataRows):
    """The rules whose threshold can be moved."""

    HELP = """
## What if

A sample of the run's pages is extracted and measured once; then **+** and **-** (or **←** **→**)
move the threshold under the cursor, **enter** types one, **0** sets it back to the published one,
**z** all of them. Beside stands what falls and stays, before and now.

Below lie the values of the rule, for clean pages and for junk: **▲** is where the threshold cuts
now, **┆** the published one. **c** goes to the pages that changed sides, **enter** there opens one.
The sample holds pages one by one: near duplicates are not looked for in it.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("plus,equals_sign,right", "move(1)", "more", key_display="+ -", id="what-if.more"),
        Binding("minus,left", "move(-1)", "less", show=False, id="what-if.less"),
        Binding("enter", "open", "type", id="what-if.type"),
        Binding("0", "publish", "published", show=False, id="what-if.published"),
        Binding("z", "publish_all", "reset all", show=False, id="what-if.reset"),
    ]

    class Wanted(Message):
        """Another threshold for the rule under the cursor: by steps, or (0) the published one."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    class AllPublished(Message):
        """All thresholds back to the published ones."""

    def action_move(self, by: int) -> None:
        """A step up or down."""
        self.post_message(self.Wanted(by))

    def action_publish(self) -> None:
        """Back to the published one."""
        self.post_message(self.Wanted(0))

    def action_publish_all(self) -> None:
        """All of them back."""
        self.post_message(self.AllPublished())


class DataSample(Vertical):
    """Draws a sample, and moves its thresholds."""

    class Typing(Message):
        """A threshold is to be typed."""

        def __init__(self, rule: str) -> None:
            super().__init__()
            self.rule = rule

    def __init__(self) -> None:
        super().__init__(id="data-sample")
        self.rows, self.crossings = ThresholdRows("sample-rows"), DataRows("sample-crossings")
        self.sample: Sample | None = None
        self.bar = DataBar(id="sample-bar")
        self._summary, self._spread = Words(id="sample-summary"), Words(id="sample-spread")
        self._head, self._page = Words(id="sample-changed"), Words()
        self.page_view = VerticalScroll(self._page, id="sample-page")
        self._changed: tuple[Crossing, ...] = ()

    def compose(self) -> ComposeResult:
        """The thresholds with their spread; the pages that changed sides to the right."""
        with Horizontal():
            with Vertical(id="sample-left"):
                yield self._summary
                yield self.rows
                yield self.bar
                yield self._spread
            with Vertical(id="sample-right"):
                yield self._head
                yield self.crossings
                yield self.page_view

    def on_resize(self, event: events.Resize) -> None:
        """What stands beside each other depends on the width."""
        self.set_class(event.size.width >= BESIDE_FROM, "-beside")
        self.draw()

    def show(self, sample: Sample) -> None:
        """Show another sample."""
        self.sample = sample
        self.rows.show(len(MOVABLE), threshold_lines(sample), row=self._first())
        self.draw()

    @staticmethod
    def _first() -> int:
        return MOVABLE.index("gopher_quality.min_words")

    def draw(self) -> None:
        """Show what there is of the sample now."""
        sample = self.sample
        if sample is None:
            return
        self._summary.say(summary(sample))
        self.rows.show(len(MOVABLE), threshold_lines(sample))
        self._say_spread()
        changed = tuple(sample.outcome.changed) if sample.outcome else ()
        if changed != self._changed or not changed:
            self._changed = changed
            self.crossings.show(len(changed), crossing_lines(changed), row=0)
            self._show_page()
        self._head.say(_crossed(sample))

    @on(DataRows.Moved, "#sample-rows")
    def _say_spread(self) -> None:
        sample = self.sample
        if sample is None:
            return
        name = MOVABLE[self.rows.row]
        rule = BY_NAME[name]
        assert rule.threshold is not None
        now = sample.threshold(name)
        about = Content.assemble(f" {rule.title}", (f"  {name} · {rule.source}", "$quiet"))
        self.bar.turn_among(Content.styled(threshold_words(rule.keeps, now), "bold"), about)
        ready = sample.state == "ready"
        spread = sample.spreads.get(name)
        self._spread.say(spread_words(spread, rule.threshold, now) if ready else Content(""))

    @on(DataRows.Moved, "#sample-crossings")
    def _show_page(self) -> None:
        if not self._changed:
            self._page.say(Content(""))
            return
        page = self._changed[self.crossings.row]
        text = marked(page.text, found_spans(page.text, page.evidence))
        self._page.say(crossing_words(page) + Content("\n\n") + text)
        self.page_view.scroll_home(animate=False)

    def contents(self) -> Contents | None:
        """What falls and what changes sides."""
        from tui.export.data import of_sample

        return of_sample(self.sample, self._summary.text) if self.sample is not None else None

    def under_cursor(self) -> Piece | None:
        """The page that changes sides where one is looked at, else the line of the rule."""
        if self._changed and (self.crossings.has_focus or self.page_view.has_focus):
            return Piece("the page", self._changed[self.crossings.row].text)
        return Piece("the line", self.rows.line)

    # Moving

    @on(ThresholdRows.Wanted)
    @on(DataBar.Turned)
    def move(self, event: ThresholdRows.Wanted | DataBar.Turned) -> None:
        """Another threshold for the rule under the cursor."""
        name = MOVABLE[self.rows.row]
        published = BY_NAME[name].threshold
        assert published is not None
        if self.sample is not None:
            now = self.sample.threshold(name)
            self.set_threshold(name, moved(name, now, event.by) if event.by else published)

    def set_threshold(self, rule: str, value: float) -> None:
        """Hold another threshold against the sample."""
        if self.sample is not None and value != self.sample.threshold(rule):
            self.sample.move(rule, value)
            self.draw()

    @on(ThresholdRows.AllPublished)
    def publish_all(self) -> None:
        """All thresholds back to the published ones."""
        if self.sample is not None and self.sample.changed:
            self.sample.reset()
            self.draw()

    @on(DataRows.Opened, "#sample-rows")
    def type_one(self) -> None:
        """Type a threshold."""
        self.post_message(self.Typing(MOVABLE[self.rows.row]))

    # The pages that changed sides

    def to_crossings(self) -> None:
        """Give the pages that changed sides the keys, and on a small screen the room."""
        self.add_class("-crossings")
        self.call_after_refresh(self.crossings.focus)

    @on(DataRows.Opened, "#sample-crossings")
    def open(self) -> None:
        """Read a page."""
        self.add_class("-opened")
        self.call_after_refresh(self.page_view.focus)

    def close(self) -> bool:
        """One step back towards the thresholds; whether there was one."""
        for name, back in (("-opened", self.crossings), ("-crossings", self.rows)):
            if self.has_class(name):
                self.remove_class(name)
                self.call_after_refresh(back.focus)
                return True
        return False


def _crossed(sample: Sample) -> Content:
    outcome = sample.outcome
    if outcome is None:
        return Content("")
    if not outcome.n_changed:
        return Content.styled(" No page changes sides: + and - move a threshold.", "$quiet")
    shown = len(outcome.changed)
    n = grouped(outcome.n_changed)
    more = f", the first {shown} here" if shown < outcome.n_changed else ""
    noun = "page changes sides" if outcome.n_changed == 1 else "pages change sides"
    return Content.assemble((f" {n} {noun}", "bold"), (f"{more}: + stays now, − falls", "$quiet"))
