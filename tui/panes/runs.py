"""Pane 8: all training runs, live and past, and their curves, notes, lineage and room on disk."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Input

from tui.background import in_background
from tui.clipboard import Piece
from tui.panes.compare import ComparePane
from tui.panes.pane import Contents, LabPane
from tui.panes.runs_drawing import RunsDrawer
from tui.panes.runs_keeping import RunsKeeper
from tui.panes.runs_keys import BINDINGS, HELP, OF_VIEWS
from tui.panes.steering import Lab as SteeringLab
from tui.panes.steering import Steering
from tui.run_watch import ALIVE, RESUMABLE
from tui.runs.contents import contents_of
from tui.runs.detail_text import NOTHING, detail_words
from tui.runs.row import Row
from tui.runs.watch import RunsWatch
from tui.widgets.data_rows import DataRows
from tui.widgets.runs_finder import RunsFinder
from tui.widgets.runs_head import VIEWS, RunsHead, View
from tui.widgets.runs_table import RunsTable
from tui.widgets.runs_views import RunsViews

LOOK_EVERY_S = 0.5
IDLE_LOOKS = 4
"""Of so many looks only one is made while nothing trains and all has been read."""
_STEERED = {"pause": ("starting", "running"), "resume": RESUMABLE, "stop": ALIVE}
"""In which states a run can be asked for what."""


class Lab(SteeringLab, Protocol):
    """What the pane needs of the app."""

    compare: ComparePane

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
        self.known = RunsWatch(lambda: lab.watch_runs.control)
        self.head, self.views = RunsHead(), RunsViews()
        self.finder = RunsFinder()
        self.drawer = RunsDrawer(self, self.known, self.views.plot, lambda: self.chosen)
        self.keeper = RunsKeeper(self, self.known, self._after)
        self.steering = Steering(self, lab, self._after)
        self._turns = 0
        self._looking = False
        self._news = True
        self._possible: tuple[bool | None, ...] = ()

    def compose(self) -> ComposeResult:
        """From the top down."""
        yield self.head
        yield self.finder
        yield self.views

    def on_mount(self) -> None:
        """Look at the disk now, and then again and again."""
        self._show()
        self.set_interval(LOOK_EVERY_S, self._turn)
        self.look()

    def on_resize(self) -> None:
        """How much of the words fits depends on the width, and whether there are curves."""
        self.call_after_refresh(self._changed)

    @property
    def chosen(self) -> Row | None:
        """The run under the table's cursor."""
        return self.views.table.chosen

    # Looking

    def _turn(self) -> None:
        self._turns += 1
        lively = self._news or any(row.state in ALIVE for row in self.known.rows)
        if self.display and (lively or self._turns % IDLE_LOOKS == 0):
            self.look()

    def look(self) -> None:
        """Read what is new, unless that is going on; keys are not kept waiting for it."""
        if not self._looking:
            self._looking = True
            in_background(self, self._look, "runs-look")

    async def _look(self) -> None:
        try:
            await self.read()
        finally:
            self._looking = False

    async def read(self) -> None:
        """Read what is new by now and draw it."""
        self._news = await self.known.refresh(self.views.table.seen)
        if not self.is_attached:
            return
        if self._news:
            self._show()
            if self.views.view == "lineage":
                await self.views.lineage.read()
        if self._news or any(row.state in ALIVE for row in self.drawer.rows):
            self.drawer.draw()

    async def _after(self, name: str | None) -> None:
        """Something was done to a run: read all anew."""
        self._lab.look_again()
        await self.read()
        if name is not None and self.is_attached:
            self.views.table.choose(name)
        if self.views.view == "disk":
            await self.views.disk.measure()

    # What is shown

    def _show(self) -> None:
        if not self.is_attached:
            return
        rows = self.finder.found(self.known.rows)
        self.views.table.fill(rows, self.drawer.letters(), self.finder.order)
        self._describe()
        n, there = len(self.known.rows), len(rows)
        title = f" {n} run{'s' * (n != 1)}" if there == n else f" {there} of {n} runs"
        marked = len(self.drawer.letters())
        notes = [f"{marked} marked"] if marked else []
        if self.known.deleted:
            notes.append(f"{len(self.known.deleted)} in the trash")
        words = f"{title} · by {self.finder.title}"
        self.head.show(Content.styled(words, "$quiet"), self.views.view, notes)
        self.views.disk.show(self.known.deleted)

    def _describe(self) -> None:
        width = max(20, (self.size.width or 80) - 4)
        if self.known.looked and not self.known.rows:
            self.views.detail.say(Content.styled(NOTHING, "$quiet"))
        elif self.known.looked:
            self.views.detail.say(detail_words(self.chosen, width))
        asked = [("steer", (how,)) for how in _STEERED] + [("delete", ()), ("undo", ())]
        possible = tuple(self.check_action(*each) for each in asked)
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
            in_background(self, self.views.lineage.read, "runs-lineage")
        elif view == "disk":
            in_background(self, self.views.disk.measure, "runs-disk")
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
        self.finder.close(clear=True)
        self._show()
        if self.views.table.choose(line.node.name):
            self.action_view("table")
        else:
            self.notify("No run of it is kept here.")

    def action_back(self) -> None:
        """Escape: end the zoom, then the filter, then back to the table."""
        if self.finder.is_open:
            self._close_filter(clear=True)
        elif not (self.views.draws and self.views.plot.show_all()) and self.views.view != "table":
            self.action_view("table")

    # Filter and order

    def action_filter(self) -> None:
        """Open the line that filters."""
        self.finder.open()

    @on(Input.Changed, "#runs-filter")
    def filter_typed(self) -> None:
        """Each character filters."""
        self._show()

    @on(Input.Submitted, "#runs-filter")
    def filter_done(self) -> None:
        """Enter: back to the table, which stays filtered."""
        self._close_filter(clear=False)

    def _close_filter(self, *, clear: bool) -> None:
        self.finder.close(clear=clear)
        self._show()
        self.focus_view()

    def action_sort(self) -> None:
        """By the next column."""
        self.finder.next_column()
        self._show()

    def action_turn_order(self) -> None:
        """The other way round."""
        self.finder.turn()
        self._show()

    @on(RunsTable.Sorted)
    def title_clicked(self, event: RunsTable.Sorted) -> None:
        """By its column; once more, the other way round."""
        self.finder.sort_by(event.key)
        self._show()

    # Curves

    def action_mark(self) -> None:
        """Draw the run under the cursor beside others."""
        if self.chosen is not None:
            words = self.drawer.mark(self.chosen)
            if words:
                self.notify(words)
            self._changed()

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
        if action == "steer":
            return state in _STEERED[str(parameters[0])]
        if action in ("delete", "note"):
            return row is not None and not row.shipped
        return action != "undo" or bool(self.known.deleted)

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

    def action_steer(self, how: Literal["pause", "resume", "stop"]) -> None:
        """Let the training wait, go on, or stop after a yes."""
        if self.chosen is not None and self.chosen.run is not None:
            steer = {
                "pause": self.steering.pause,
                "resume": self.steering.resume,
                "stop": self.steering.stop,
            }
            steer[how](self.chosen.run)

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
            "run": chosen.name if chosen is not None else None,
            **self.finder.memory(),
            **self.drawer.memory(),
        }

    async def recall(self, memory: Mapping[str, Any]) -> None:
        """Be as ``memory`` says; what is gone since is left out."""
        self.drawer.recall(memory)
        self.finder.recall(memory)
        await self.read()
        self._show()
        self.views.table.choose(str(memory.get("run")))
        view = next((known for known in VIEWS if known == memory.get("view")), None)
        if view is not None and view != self.views.view:
            self.action_view(view)

    def under_cursor(self) -> Piece | None:
        """What the cursor stands on in the view."""
        return self.views.under_cursor()

    def contents(self) -> Contents | None:
        """What the view shows: rows, the points of the curves, the tree or the room on disk."""
        return contents_of(
            self.views.view,
            self.finder.found(self.known.rows),
            self.views.plot.shown,
            self.views.lineage.lines,
            self.views.disk.use,
        )
