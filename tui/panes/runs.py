"""Pane 8: all training runs, live and past, and their curves, notes, lineage and room on disk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Input

from tui.background import in_background
from tui.panes.compare import ComparePane
from tui.panes.pane import Contents, LabPane
from tui.panes.runs_drawing import RunsDrawer
from tui.panes.runs_keeping import RunsKeeper
from tui.panes.runs_keys import BINDINGS, HELP, OF_VIEWS
from tui.panes.steering import Steering
from tui.run_watch import ALIVE, RESUMABLE, RunWatch
from tui.runs.contents import contents_of
from tui.runs.detail_text import NOTHING, detail_words
from tui.runs.disk_text import disk_words
from tui.runs.row import Row
from tui.runs.table import BY_KEY, COLUMNS, Order, filtered, sorted_rows
from tui.runs.watch import RunsWatch
from tui.widgets.data_rows import DataRows
from tui.widgets.runs_head import VIEWS, RunsHead, View
from tui.widgets.runs_table import RunsTable
from tui.widgets.runs_views import RunsViews

if TYPE_CHECKING:
    from engine.disk_use import DiskUse
    from engine.runs import RunStatus

LOOK_EVERY_S = 0.5
IDLE_LOOKS = 4
"""Of so many looks only one is made while nothing trains and all has been read."""
_STEERED = ("pause", "resume", "halt", "delete", "note")


class Lab(Protocol):
    """What the pane needs of the app."""

    compare: ComparePane

    @property
    def watch_runs(self) -> RunWatch:
        """The runs."""
        ...

    def look_again(self) -> None:
        """Read checkpoints and runs now, not at the next turn of the timer."""
        ...

    async def action_pane(self, name: str) -> None:
        """Go to a pane."""
        ...


class RunsPane(LabPane):
    """A head, a filter, and the views."""

    # The app's own stylesheet is parsed before the first paint; this one is not.
    DEFAULT_CSS = Path(__file__).with_name("runs.tcss").read_text("utf-8")
    SCOPED_CSS = False
    HELP = HELP
    BINDINGS: ClassVar[list[BindingType]] = BINDINGS

    def __init__(self, lab: Lab) -> None:
        super().__init__(id="runs")
        self._lab = lab
        self.known = RunsWatch()
        self.head, self.views = RunsHead(), RunsViews()
        self.filter = Input(placeholder="words of name, stage, state, parent or note",
                            id="runs-filter", compact=True)  # fmt: skip
        self.order = Order()
        self.drawer = RunsDrawer(self, self.known, self.views.plot, lambda: self.chosen)
        self.keeper = RunsKeeper(self, self.known, self._after)
        self.steering = Steering(self, lab, self._follow)
        self.use: DiskUse | None = None
        self._turns = 0
        self._looking = False
        self._news = True
        self._possible: tuple[str, ...] = ()

    def compose(self) -> ComposeResult:
        """From the top down."""
        yield self.head
        yield self.filter
        yield self.views

    def on_mount(self) -> None:
        """Look at the disk now, and then again and again."""
        self._show()
        self.set_interval(LOOK_EVERY_S, self._turn)
        in_background(self, self.look, "runs-look")

    def on_resize(self) -> None:
        """How much of the words fits depends on the width, and whether there are curves."""
        self.call_after_refresh(self._show)

    @property
    def chosen(self) -> Row | None:
        """The run under the table's cursor."""
        return self.views.table.chosen

    # Looking

    async def _turn(self) -> None:
        self._turns += 1
        lively = self._lab.watch_runs.training is not None or self._news
        if self.display and (lively or self._turns % IDLE_LOOKS == 0):
            await self.look()

    async def look(self) -> None:
        """Read what is new, unless that is going on, and draw what has changed."""
        if self._looking:
            return
        self._looking = True
        try:
            await self.read()
        finally:
            self._looking = False

    async def read(self) -> None:
        """Read what is new by now and draw it."""
        runs = self._lab.watch_runs.runs
        self._news = await self.known.refresh(runs, self.views.table.seen)
        if not self.is_attached:
            return
        if self._news:
            self._show()
        if self.views.view == "lineage":
            await self._read_lineage()
        if self._news or any(row.state in ALIVE for row in self.drawer.rows):
            self.drawer.draw()

    async def _read_lineage(self) -> None:
        from engine.lineage import drawn, lineage

        lines = await asyncio.to_thread(lambda: list(drawn(lineage())))
        if self.is_attached:
            self.views.lineage.show(lines)

    async def _measure(self) -> None:
        from engine.disk_use import disk_use

        self.use = await asyncio.to_thread(disk_use)
        if self.is_attached:
            self._show()

    async def _after(self, name: str | None) -> None:
        """Something was done to a run: read all anew."""
        self._lab.look_again()
        await self._lab.watch_runs.refresh()
        await self.read()
        if name is not None and self.is_attached:
            self.views.table.choose(name)
        if self.views.view == "disk":
            await self._measure()

    async def _follow(self, name: str) -> None:
        await self._after(name)

    # What is shown

    def _show(self) -> None:
        if not self.is_attached:
            return
        rows = sorted_rows(filtered(self.known.rows, self.filter.value), self.order)
        self.views.table.fill(rows, self.drawer.letters(), self.order)
        self._describe()
        n, there = len(self.known.rows), len(rows)
        title = f" {n} runs" if there == n else f" {there} of {n} runs"
        marked = len(self.drawer.letters())
        notes = [f"{marked} marked"] if marked else []
        if self.known.deleted:
            notes.append(f"{len(self.known.deleted)} in the trash")
        words = f"{title} · by {BY_KEY[self.order.key].title}"
        self.head.show(Content.styled(words, "$quiet"), self.views.view, notes)
        self.views.disk_words.say(disk_words(self.use, self.known.deleted))

    def _describe(self) -> None:
        width = max(20, (self.size.width or 80) - 4)
        if self.known.looked and not self.known.rows:
            self.views.detail.say(Content.styled(NOTHING, "$quiet"))
        elif self.known.looked:
            self.views.detail.say(detail_words(self.chosen, width))
        possible = tuple(name for name in _STEERED if self.check_action(name, ()))
        if possible != self._possible:
            self._possible = possible
            self.refresh_bindings()  # The footer is made anew by this: only when it must be.

    @on(DataRows.Moved, "#runs-rows")
    def moved(self) -> None:
        """Another run is under the cursor."""
        self._describe()
        if not self.drawer.marked:
            self.drawer.draw()

    # Views

    def focus_view(self) -> None:
        """Give the focus to what is shown."""
        self.views.focus_view()

    def action_view(self, view: View) -> None:
        """Go to a view."""
        self.views.go_to(view)
        self._show()
        self.refresh_bindings()
        self.focus_view()
        if view == "lineage":
            in_background(self, self._read_lineage, "runs-lineage")
        elif view == "disk":
            in_background(self, self._measure, "runs-disk")
        self.drawer.draw()

    @on(RunsHead.Clicked)
    def head_clicked(self, event: RunsHead.Clicked[View]) -> None:
        """A view's name."""
        self.action_view(event.view)

    @on(DataRows.Opened, "#runs-rows")
    def opened(self) -> None:
        """Enter on a run: its curves alone."""
        self.action_view("curves")

    @on(DataRows.Opened, "#lineage-rows")
    def opened_node(self) -> None:
        """Enter in the tree: its run in the table."""
        line = self.views.lineage.chosen
        if line is None:
            return
        self.filter.value = ""
        self._show()
        if self.views.table.choose(line.node.name):
            self.action_view("table")
        else:
            self.notify("No run of it is kept here.")

    def action_back(self) -> None:
        """Escape: end the zoom, then the filter, then back to the table."""
        if self.filter.has_focus or self.filter.has_class("-open"):
            self._close_filter(clear=True)
        elif not (self.views.draws and self.views.plot.show_all()) and self.views.view != "table":
            self.action_view("table")

    # Filter and order

    def action_filter(self) -> None:
        """Open the line that filters."""
        self.filter.add_class("-open")
        self.filter.focus()

    @on(Input.Changed, "#runs-filter")
    def filter_typed(self) -> None:
        """Each character filters."""
        self._show()

    @on(Input.Submitted, "#runs-filter")
    def filter_done(self) -> None:
        """Enter: back to the table, which stays filtered."""
        self._close_filter(clear=False)

    def _close_filter(self, *, clear: bool) -> None:
        if clear:
            self.filter.value = ""
        self.filter.set_class(bool(self.filter.value), "-open")
        self._show()
        self.focus_view()

    def action_sort(self, by: int) -> None:
        """By the next column."""
        keys = [column.key for column in COLUMNS]
        key = keys[(keys.index(self.order.key) + by) % len(keys)]
        self._sort(Order(key, BY_KEY[key].falls))

    def action_turn_order(self) -> None:
        """The other way round."""
        self._sort(Order(self.order.key, not self.order.reverse))

    @on(RunsTable.Sorted)
    def title_clicked(self, event: RunsTable.Sorted) -> None:
        """By its column; once more, the other way round."""
        same = event.key == self.order.key
        reverse = not self.order.reverse if same else BY_KEY[event.key].falls
        self._sort(Order(event.key, reverse))

    def _sort(self, order: Order) -> None:
        self.order = order
        self._show()

    # Curves

    def action_mark(self) -> None:
        """Draw the run under the cursor beside others."""
        if self.chosen is not None:
            words = self.drawer.mark(self.chosen)
            if words:
                self.notify(words)
            self._changed()
            self.views.table.action_row(1)

    def action_unmark(self) -> None:
        """Take all marks away."""
        self.drawer.marked = []
        self._changed()

    def action_figure(self) -> None:
        """Choose what is drawn."""
        from tui.screens.runs_figure import FigureDialog

        def chosen(name: str | None) -> None:
            if name is not None:
                self.drawer.figure = name
                self._changed()

        current = self.drawer.drawn_figure(self.drawer.rows)
        self.app.push_screen(FigureDialog(self.drawer.figures, current), chosen)

    def action_axis(self) -> None:
        """By steps, tokens or time."""
        self.drawer.turn_axis()
        self._changed()

    def action_smooth(self, by: int) -> None:
        """Smooth more or less."""
        self.drawer.smooth(by)
        self._changed()

    def action_log(self) -> None:
        """A logarithmic scale, or a linear one."""
        self.drawer.log = not self.drawer.log
        self._changed()

    def _changed(self) -> None:
        self._show()
        self.drawer.draw()

    # Doing

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that would do nothing now are not in the footer."""
        if not self.is_attached:
            return True
        views = OF_VIEWS.get(action)
        if views is not None and self.views.view not in views:
            return False
        row = self.chosen
        state = row.state if row is not None else ""
        possible = {
            "pause": state in ("starting", "running"),
            "resume": state in RESUMABLE,
            "halt": state in ALIVE,
            "delete": row is not None and not row.shipped,
            "note": row is not None and not row.shipped,
            "undo": bool(self.known.deleted),
        }
        return possible.get(action, True)

    def action_note(self) -> None:
        """Write a note on the run."""
        if self.chosen is not None:
            self.keeper.note(self.chosen)

    def action_delete(self) -> None:
        """Move the run to the trash."""
        if self.chosen is not None and not self.chosen.shipped:
            self.keeper.delete(self.chosen)

    def action_undo(self) -> None:
        """Bring back what was deleted last."""
        self.keeper.undo()

    def action_empty(self) -> None:
        """Delete for good what is in the trash."""
        self.keeper.empty()

    def action_export(self) -> None:
        """Write the curves that are drawn to files."""
        if self.drawer.rows:
            self.keeper.export(self.drawer.rows)

    def action_pause(self) -> None:
        """Let the training wait."""
        self._steer(self.steering.pause)

    def action_resume(self) -> None:
        """Go on."""
        self._steer(self.steering.resume)

    def action_halt(self) -> None:
        """Stop, after a yes."""
        self._steer(self.steering.stop)

    def _steer(self, how: Callable[[RunStatus], None]) -> None:
        row = self.chosen
        if row is not None and row.run is not None:
            how(row.run)

    async def action_compare(self) -> None:
        """Ask a checkpoint and its parent side by side."""
        line = self.views.lineage.chosen
        if line is None:
            return
        above = line.node.above
        names = [node.name for node in (above, line.node) if node is not None]
        missing = self._lab.compare.put_beside(names)
        if missing:
            self.notify(f"There is no checkpoint of {', '.join(missing)} to ask.", markup=False)
            return
        await self._lab.action_pane("compare")

    # For the frame

    def memory(self) -> dict[str, Any]:
        """The view, the order, the filter, the run, and how curves are drawn."""
        chosen = self.chosen
        return {
            "view": self.views.view,
            "sort": self.order.key,
            "reverse": self.order.reverse,
            "filter": self.filter.value,
            "run": chosen.name if chosen is not None else None,
            **self.drawer.memory(),
        }

    async def recall(self, memory: Mapping[str, Any]) -> None:
        """Be as ``memory`` says; what is gone since is left out."""
        self.drawer.recall(memory)
        key = memory.get("sort")
        if isinstance(key, str) and key in BY_KEY:
            self.order = Order(key, memory.get("reverse") is True)
        typed = memory.get("filter")
        if isinstance(typed, str) and typed:
            self.filter.value = typed[:200]
            self.filter.add_class("-open")
        await self.read()
        self._show()
        self.views.table.choose(str(memory.get("run")))
        view = next((known for known in VIEWS if known == memory.get("view")), None)
        if view is not None and view != self.views.view:
            self.action_view(view)

    def contents(self) -> Contents | None:
        """What the view shows: rows, the points of the curves, the tree or the room on disk."""
        return contents_of(
            self.views.view,
            sorted_rows(filtered(self.known.rows, self.filter.value), self.order),
            self.views.plot.shown,
            self.views.lineage.lines,
            self.use,
        )
