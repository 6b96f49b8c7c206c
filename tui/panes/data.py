"""Pane 2: what the funnel made of a crawl, rule by rule and page by page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, get_args

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from tui import telling
from tui.background import every, in_background
from tui.clipboard import Piece
from tui.data import head_text
from tui.data.sample import Sample
from tui.data.watch import DataWatch, News
from tui.panes.data_keys import BINDINGS, HELP, OF_VIEWS
from tui.panes.data_running import DataRunner
from tui.panes.pane import Contents, LabPane
from tui.safe_text import visible
from tui.widgets.data_funnel import DataFunnel
from tui.widgets.data_head import DataHead, View
from tui.widgets.data_sample import DataSample
from tui.widgets.data_views import DataViews
from tui.widgets.words import Words

if TYPE_CHECKING:
    from tui.data.listed import Listed
    from tui.services import Funnels

LOOK_EVERY_S = 0.5
IDLE_LOOKS = 4
"""Of so many looks only one is made while nothing runs."""
_SAMPLE = "data-sample"


class Lab(Protocol):
    """What the pane needs of the app."""

    def funnels(self) -> Funnels:
        """The runs of the funnel on disk."""
        ...

    def build_command(self) -> tuple[str, ...]:
        """What writes the pocket web's crawl."""
        ...

    def whatif_command(self) -> Sequence[str]:
        """What holds a sample, but for the run's folder."""
        ...


class _Empty(Words, can_focus=True):
    """Holds the focus, and so the keys, while there is nothing to see."""


class DataPane(LabPane):
    """A head, and the views."""

    # The app's own stylesheet is parsed before the first paint; this one is not.
    DEFAULT_CSS = Path(__file__).with_name("data.tcss").read_text("utf-8")
    SCOPED_CSS = False
    HELP = HELP
    BINDINGS: ClassVar[list[BindingType]] = BINDINGS

    def __init__(self, lab: Lab) -> None:
        super().__init__(id="data")
        self._lab = lab
        self.watch_data = DataWatch(lab.funnels)
        self.runner = DataRunner(self, self.watch_data, lab.build_command)
        self.head, self.note, self.views = DataHead(), Words(id="data-note"), DataViews()
        self.empty = _Empty(id="data-empty")
        self.sample: Sample | None = None
        self._turns = 0
        self._looking = False
        self._possible: tuple[bool, ...] = ()

    def compose(self) -> ComposeResult:
        """From the top down."""
        yield self.head
        yield self.note
        yield self.empty
        yield self.views

    def on_mount(self) -> None:
        """Look at the disk now, and then again and again."""
        self._show_head()
        every(self, LOOK_EVERY_S, self._turn, "data-turn")
        in_background(self, self.look, "data-look")

    def on_resize(self) -> None:
        """How much of the title fits depends on the width."""
        self._show_head()

    # Looking

    async def _turn(self) -> None:
        self._turns += 1
        lively = self.watch_data.alive is not None or self.runner.building is not None
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
        """Read what is new by now and draw it: a look that goes on may have begun before."""
        news = await self.watch_data.refresh()
        if self.is_attached:
            self._take(news)

    def look_at(self, listed: Listed) -> None:
        """Show another run."""
        self.watch_data.show(listed)
        self._end_sample()
        self._show_head()
        in_background(self, self.read, "data-open", only=True)

    def _take(self, news: News) -> None:
        shown = self.watch_data.shown
        if news.report and shown is not None and shown.folder is not None:
            self.views.show(shown.folder)
            telling.filtered(self, shown.folder.report)
            if self.views.view == "sample":
                self._begin_sample()
        if news.listed or news.report or self.runner.building is not None:
            self._show_head()
        possible = tuple(map(self.runner.possible, ("halt", "resume")))
        if possible != self._possible:
            self._possible = possible
            self.refresh_bindings()  # The footer is made anew by this: only when it must be.

    def _show_head(self) -> None:
        shown = self.watch_data.shown
        if shown is None:
            words = head_text.NO_RUN if self.watch_data.looked else "The runs are looked for …"
            self.head.show(Content.styled(" no run", "$quiet"), self.views.view)
            self._say(self.note, self.runner.building_words(), "$quiet")
        else:
            words = head_text.working(shown)
            width = (self.size.width or 80) - 3
            self.head.show(head_text.title(shown, width), self.views.view)
            bad = bool(shown.problem) or shown.listed.state in ("failed", "lost")
            parts = filter(None, [self.runner.building_words(), head_text.note(shown)])
            self._say(self.note, "\n".join(parts), "$text-error" if bad else "$quiet")
        self._say(self.empty, words, "$quiet")
        self._show_views(shown is not None and shown.report is not None)

    def _show_views(self, there: bool) -> None:
        """Show the views where there is a report; the keys stay with the pane either way."""
        if there == self.views.display:
            return
        focused = self.screen.focused
        self.views.display = there
        if self.display and (focused is None or self in focused.ancestors):
            self.focus_view()

    @staticmethod
    def _say(words: Words, text: str, style: str) -> None:
        words.display = bool(text)
        words.say(Content.styled(text, style))

    def redraw(self) -> None:
        """Something of the runs is another: show it now, not at the next look."""
        self._show_head()
        self.refresh_bindings()

    def job_words(self) -> str:
        """``funnel nano 1/4 pages 62 %`` for the status line."""
        if self.runner.building is not None:
            return "crawl"
        alive = self.watch_data.alive
        if alive is None:
            return ""
        share = f" {head_text.stage_words(alive)} {alive.share:.0%}" if alive.stage else ""
        return f"funnel {visible(alive.name)}{share}"

    # Views

    def focus_view(self) -> None:
        """Give the focus to what is shown."""
        if self.views.display:
            self.views.focus_view()
        else:
            self.empty.focus()

    def action_view(self, view: View) -> None:
        """Go to a view."""
        self.views.go_to(view)
        if view == "sample":
            self._begin_sample()
        self._show_head()
        self.refresh_bindings()
        self.focus_view()

    def action_back(self) -> None:
        """Escape: close what is open, else back to the funnel."""
        if not self.views.close() and self.views.view != "funnel":
            self.action_view("funnel")

    @on(DataHead.Clicked)
    def head_clicked(self, event: DataHead.Clicked[View]) -> None:
        """A view's name."""
        self.action_view(event.view)

    @on(DataFunnel.Wanted)
    def wanted(self, event: DataFunnel.Wanted) -> None:
        """The pages that a line's rules removed."""
        self.views.removed.go_to(event.entry.removes[0])
        self.action_view("removed")

    def action_raw(self) -> None:
        """The page as it was found, or no longer."""
        self.views.removed.turn_raw()

    def action_rule(self, by: int) -> None:
        """The rule before or after."""
        self.views.removed.turn_rule(by)

    def action_turn(self, by: int) -> None:
        """The page before or after, or another copy of the same page."""
        if self.views.view == "twins":
            self.views.twins.turn_copy(by)
        else:
            self.views.removed.rows.action_row(by)

    def contents(self) -> Contents | None:
        """What the view shows."""
        return self.views.contents()

    def under_cursor(self) -> Piece | None:
        """What the cursor stands on in the view."""
        return self.views.under_cursor()

    # What if

    def _begin_sample(self) -> None:
        shown = self.watch_data.shown
        if shown is None or shown.report is None or self.sample is not None:
            return
        listed = shown.listed
        sample = Sample(
            self._lab.whatif_command(), listed.path, self._draw_sample, picked=listed.shipped
        )
        self.sample = sample
        self.views.sample.show(sample)
        in_background(self, sample.run, _SAMPLE, only=True)

    def _end_sample(self) -> None:
        self.workers.cancel_group(self, _SAMPLE)
        self.sample = None

    def _draw_sample(self) -> None:
        if self.sample is not None and not self.sample.asking:
            telling.threshold_moved(self, self.sample)
        if self.is_attached and self.views.view == "sample":
            self.views.sample.draw()

    def action_sample(self) -> None:
        """Read the sample again, as after its process was lost."""
        self._end_sample()
        self._begin_sample()

    def action_crossings(self) -> None:
        """Go to the pages that changed sides."""
        self.views.sample.to_crossings()

    @on(DataSample.Typing)
    def typing(self, event: DataSample.Typing) -> None:
        """Type a threshold."""
        from tui.screens.data_threshold import DataThreshold

        sample = self.sample
        if sample is None:
            return

        def chosen(value: float | None) -> None:
            if value is not None:
                self.views.sample.set_threshold(event.rule, value)

        now = sample.threshold(event.rule)
        self.app.push_screen(DataThreshold(event.rule, now), chosen)

    # Runs

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that would do nothing now are not in the footer."""
        if action in ("halt", "resume"):
            return self.runner.possible(action)
        views = OF_VIEWS.get(action)
        return views is None or (self.views.display and self.views.view in views)

    def action_new(self) -> None:
        """Start a run."""
        self.runner.new()

    def action_list(self) -> None:
        """List the runs there are."""
        self.runner.choose()

    def action_halt(self) -> None:
        """Stop the run that is looked at."""
        self.runner.halt()

    def action_resume(self) -> None:
        """Go on with it."""
        self.runner.resume()

    # For the frame

    def memory(self) -> dict[str, Any]:
        """The view, and the run that is looked at."""
        shown = self.watch_data.shown
        return {"view": self.views.view, "run": shown.listed.key if shown is not None else None}

    async def recall(self, memory: Mapping[str, Any]) -> None:
        """Go to both, if the run is still there."""
        await self.read()
        key = memory.get("run")
        for listed in self.watch_data.listed:
            if listed.key == key:
                self.look_at(listed)
        view = next((known for known in get_args(View) if known == memory.get("view")), None)
        if view is not None:
            self.action_view(view)
