"""What a rule removed: the list, one page with the offending part marked, and that page raw."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content

from engine.data.funnel.rules import BY_NAME
from engine.errors import LabError
from tui import telling
from tui.background import in_background
from tui.clipboard import Piece
from tui.data.looks import counted, threshold_words
from tui.data.page_text import raw_words, reason, text_of
from tui.data.pages import DroppedPages, dropped_lines
from tui.format import grouped
from tui.safe_text import one_line
from tui.widgets.data_bar import DataBar
from tui.widgets.data_rows import DataRows
from tui.widgets.words import Words

if TYPE_CHECKING:
    from engine.data.funnel.report import RuleRow
    from engine.data.funnel.results import DroppedRow
    from tui.data.listed import Folder
    from tui.panes.pane import Contents

BESIDE_FROM = 100
"""Cells from which on the page stands beside the list, and the raw page beside its text."""


class DroppedRows(DataRows):
    """The pages of a rule."""

    HELP = """
## What was removed

A line is a page that fell: what was measured on it, and its address. **enter** opens it; the
offending part is **reversed**. **h** shows the page as it was found, the lines that hold its text
marked **▎** at the left; **,** and **.** turn to the page before and after, **[** and **]** to the
rule before and after.
"""


class DataRemoved(Vertical):
    """Draws the pages of one rule at a time."""

    def __init__(self) -> None:
        super().__init__(id="data-removed")
        self.bar = DataBar(id="removed-bar")
        self.rows = DroppedRows("removed-rows")
        self.pages: DroppedPages | None = None
        self._reason, self._text = Words(id="removed-reason"), Words(id="removed-text")
        self._raw = Words(id="removed-raw")
        self.page_view = VerticalScroll(self._text, id="removed-page")
        self.raw_view = VerticalScroll(self._raw, id="removed-source")
        self._folder: Folder | None = None
        self._removing: Sequence[RuleRow] = ()
        self._page: DroppedRow | None = None
        self._raw_of = ""
        self._problem = ""
        """Why no page can be read."""

    def compose(self) -> ComposeResult:
        """The rule on top; the list, the page's text and the raw page beside each other."""
        yield self.bar
        with Horizontal():
            yield self.rows
            with Vertical(id="removed-opened"):
                yield self._reason
                with Horizontal():
                    yield self.page_view
                    yield self.raw_view

    def on_resize(self, event: events.Resize) -> None:
        """What stands beside each other depends on the width."""
        self.set_class(event.size.width >= BESIDE_FROM, "-beside")

    # Which pages

    def show(self, folder: Folder) -> None:
        """Show another run, from the rule that removed most."""
        self._folder = folder
        self._removing = [row for row in folder.report.rows if row.removed_pages]
        self.pages, self._raw_of = None, ""
        most = max(self._removing, key=lambda row: row.removed_pages, default=None)
        if most is not None:
            self.go_to(most.rule)
            return
        self.bar.say(Content.styled(" Nothing was removed.", "$quiet"))
        self.rows.show(0, lambda row, width: ())
        self._show_page()

    def go_to(self, rule: str) -> None:
        """Show the pages that a rule removed."""
        shown = self.pages.rule if self.pages is not None and not self._problem else None
        if self._folder is None or shown == rule:
            return
        self._problem = ""
        self.pages = pages = DroppedPages(self._folder, rule)
        self.rows.show(0, dropped_lines(pages), row=0)
        self._say_rule()
        in_background(self, partial(self._open, pages), "data-removed", only=True)

    async def _open(self, pages: DroppedPages) -> None:
        await self._read(pages.count())
        if pages is not self.pages:
            return
        self.rows.show(pages.n, dropped_lines(pages), row=0)
        self._say_rule()
        self._show_page()

    @on(DataRows.Scrolled)
    def scrolled(self) -> None:
        """Read the lines that have come in sight."""
        pages = self.pages
        if pages is not None and pages.n:
            in_background(self, partial(self._fill, pages), "data-fill")

    async def _fill(self, pages: DroppedPages) -> None:
        while pages is self.pages and await self._read(pages.read(self.rows.in_sight())):
            self.rows.changed()
            self._show_page()

    async def _read(self, work: Awaitable[bool]) -> bool:
        """What ``work`` gives; false for a table that cannot be read, which is then said."""
        try:
            return await work
        except LabError as error:
            self._problem = str(error)
            return False

    def _say_rule(self) -> None:
        assert self.pages is not None
        row = next(row for row in self._removing if row.rule == self.pages.rule)
        rule = BY_NAME.get(row.rule)
        words = f"{counted(row.removed_pages, 'page')} fell"
        if 0 < self.pages.n < row.removed_pages:
            words += f", {grouped(self.pages.n)} of them here"
        if rule is not None and self._folder is not None:
            now = self._folder.report.thresholds.get(row.rule, rule.threshold)
            keeps = threshold_words(rule.keeps, now)
            words += f" · stays if {keeps}" if keeps else ""
        name = Content.styled(one_line(row.rule), "bold")
        self.bar.turn_among(name, Content.styled(words, "$quiet"))

    def turn_rule(self, by: int) -> None:
        """The rule before or after among those that removed something, around the ends."""
        names = [row.rule for row in self._removing]
        if self.pages is not None and names:
            self.go_to(names[(names.index(self.pages.rule) + by) % len(names)])

    @on(DataBar.Turned)
    def turned(self, event: DataBar.Turned) -> None:
        """An arrow was clicked."""
        self.turn_rule(event.by)

    # One page

    @on(DataRows.Moved)
    def _show_page(self) -> None:
        page = self.pages.at(self.rows.row) if self.pages is not None else None
        if page is self._page and page is not None:
            return
        self._page = page
        for view in (self.page_view, self.raw_view):
            view.scroll_home(animate=False)
        if page is None:
            self._reason.say(Content(""))
            problem = f"✗ {one_line(self._problem)}" if self._problem else ""
            style = "$text-error" if problem else "$quiet"
            self._text.say(Content.styled(problem or "No page to show.", style))
            return
        address = Content.styled(f"\n  {one_line(page.url or page.id)}", "$quiet")
        self._reason.say(reason(page) + address)
        self._text.say(text_of(page))
        self._want_raw()

    @on(DataRows.Opened)
    def open(self) -> None:
        """Give the page the keys, and on a small screen the list's place."""
        self.add_class("-opened")
        if self._page is not None:
            telling.page_opened(self, self._page, raw=False)
        # Not before it is laid out: what is not shown cannot have the focus.
        self.call_after_refresh(self.page_view.focus)

    def close(self) -> bool:
        """Back to the list; whether anything was open."""
        was_open = self.has_class("-opened") or self.has_class("-raw")
        self.remove_class("-opened", "-raw")
        if was_open:
            self.call_after_refresh(self.rows.focus)
        return was_open

    def contents(self) -> Contents | None:
        """The page that is open, and all that the rule removed."""
        from tui.export.data import of_removed

        pages = self.pages
        return of_removed(pages, self._page, self._reason.text) if pages and pages.n else None

    def under_cursor(self) -> Piece | None:
        """The page, as it was found where that is shown."""
        if self.has_class("-raw"):
            return Piece("the raw page", self._raw.text)
        return None if self._page is None else Piece("the page", self._page.text)

    def turn_raw(self) -> None:
        """Show the page as it was found, or no longer."""
        self.toggle_class("-raw")
        self._want_raw()
        view = self.raw_view if self.has_class("-raw") else self.page_view
        if not self.has_class("-raw") and not self.has_class("-opened"):
            self.call_after_refresh(self.rows.focus)
            return
        self.call_after_refresh(view.focus)

    def _want_raw(self) -> None:
        page, folder = self._page, self._folder
        if page is None or folder is None or not self.has_class("-raw"):
            return
        if self._raw_of != page.id:
            self._raw.say(Content.styled("The page is looked for in the input …", "$quiet"))
            in_background(self, partial(self._load_raw, page, folder), "data-raw", only=True)
        else:
            telling.page_opened(self, page, raw=True)

    async def _load_raw(self, page: DroppedRow, folder: Folder) -> None:
        try:
            words = await asyncio.to_thread(_raw, page, folder)
            telling.page_opened(self, page, raw=True)
        except LabError as error:
            words = Content.styled(f"✗ {one_line(str(error))}", "$text-error")
        if page is self._page:
            self._raw_of = page.id
            self._raw.say(words)


def _raw(page: DroppedRow, folder: Folder) -> Content:
    from engine.data.funnel.decoding import decode

    found = folder.raw(page.id)
    return raw_words(decode(found.body, found.charset), page.text)
