"""Pane 6: what a checkpoint knows, whether it knows that, and one name followed through the lab."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, get_args

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from engine.errors import LabError
from engine.probes.plan import ProbePlan
from engine.probes.record import OUTCOMES
from tui import telling
from tui.background import every, in_background
from tui.clipboard import Piece
from tui.panes.following import Follower
from tui.panes.following import Lab as FollowingLab
from tui.panes.pane import Contents, LabPane
from tui.panes.probe_keys import BINDINGS, HELP
from tui.panes.probing import Prober
from tui.probes import head_text
from tui.probes.noting import Lab as NotingLab
from tui.probes.noting import ProbeNoter
from tui.probes.watch import News, ProbeWatch
from tui.safe_text import visible
from tui.widgets.probe_head import ProbeHead, View
from tui.widgets.probe_name import ProbeName
from tui.widgets.probe_views import ProbeViews
from tui.widgets.words import Words

if TYPE_CHECKING:
    from engine.manifest import CheckpointInfo
    from tui.probes.source import Listed

LOOK_EVERY_S = 0.5
IDLE_LOOKS = 4
"""Of so many looks only one is made while no probe is being answered."""
NO_PLAN = ProbePlan(checkpoint="")
"""Says how one name's chain is sampled while there is no probe."""
MOST_DRAWN = 24
"""Samples of one name's chain, whatever a probe draws."""


class Lab(FollowingLab, NotingLab, Protocol):
    """What the pane needs of the app."""


class ProbesPane(LabPane):
    """A head, and the views."""

    # The app's own stylesheet is parsed before the first paint; this one is not.
    DEFAULT_CSS = Path(__file__).with_name("probes.tcss").read_text("utf-8")
    SCOPED_CSS = False
    HELP = HELP
    BINDINGS: ClassVar[list[BindingType]] = BINDINGS

    def __init__(self, lab: Lab, checkpoints: Sequence[CheckpointInfo]) -> None:
        super().__init__(id="probes")
        self.checkpoints = checkpoints
        self.probes = ProbeWatch(lab.probes)
        self.prober, self.noter = Prober(self, self.probes), ProbeNoter(lab)
        self.head, self.note, self.views = ProbeHead(), Words(id="probe-note"), ProbeViews()
        self.follower = Follower(self, lab, self._chain_drawn)
        self._turns = 0
        self._looking = False
        self._possible: tuple[bool, ...] = ()

    def compose(self) -> ComposeResult:
        """From the top down."""
        yield self.head
        yield self.note
        yield self.views

    def on_mount(self) -> None:
        """Look at the disk now, and then again and again."""
        self._show_head()
        every(self, LOOK_EVERY_S, self._turn, "probe-turn")
        in_background(self, self.look, "probe-look")

    def show_checkpoints(self, checkpoints: Sequence[CheckpointInfo]) -> None:
        """Take the checkpoints there are."""
        self.checkpoints = checkpoints

    # Looking

    async def _turn(self) -> None:
        self._turns += 1
        if self.display and (self.probes.alive is not None or self._turns % IDLE_LOOKS == 0):
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
        news = await self.probes.refresh()
        first = self.probes.worth_seeing()
        if self.probes.shown is None and first is not None:
            await self._open(first)
            news = await self.probes.refresh()
        if self.is_attached:
            self._take(news)
        await self.noter.look(self.probes.listed)

    def look_at(self, listed: Listed) -> None:
        """Show another probe."""

        async def work() -> None:
            await self._open(listed)
            self._take(await self.probes.refresh())

        in_background(self, work, "probe-open", only=True)

    async def _open(self, listed: Listed) -> None:
        try:
            await self.probes.show(listed)
        except LabError as error:
            sentence = visible(str(error))
            self.notify(sentence, severity="error", timeout=10, markup=False)
            return
        assert self.probes.shown is not None
        self.views.show(self.probes.shown)

    def _take(self, news: News) -> None:
        if news.book:
            self.views.show_lines()  # With all that there is already, from the top.
            if self.probes.shown is not None:
                telling.probe_shown(self, self.probes.shown)
        elif news.places:
            self.views.answered(news.places)
        if news.listed or news.book or news.figures or news.places:
            self._show_head()
            self.views.show_sums()
        possible = tuple(map(self.prober.possible, ("halt", "resume", "export")))
        if possible != self._possible:
            self._possible = possible
            self.refresh_bindings()  # The footer is made anew by this: only when it must be.

    def on_resize(self) -> None:
        """How much of the title fits depends on the width."""
        self._show_head()

    def _show_head(self) -> None:
        shown, views = self.probes.shown, self.views
        if shown is None:
            self.note.display = False
            words = " no probe yet: n starts one, w follows a name without one"
            self.head.show(Content.styled(words, "$quiet"), views.view)
            return
        filters = [f"only {what}" for what in (views.group, views.outcome) if what is not None]
        title = head_text.title(shown, (self.size.width or 80) - 3)
        self.head.show(title, views.view, [visible(each) for each in filters])
        note = head_text.note(shown)
        self.note.display = bool(note)
        bad = bool(shown.problem) or shown.listed.status.state == "failed"
        self.note.say(Content.styled(note, "$text-error" if bad else "$quiet"))

    def job_words(self) -> str:
        """``probe facts-0003 62 %`` for the status line."""
        alive = self.probes.alive
        if alive is None:
            return ""
        status = alive.status
        share = f" {status.done / status.total:.0%}" if status.total else ""
        return f"probe {visible(status.name)}{share}"

    # Views

    def focus_view(self) -> None:
        """Give the focus to what is shown."""
        self.views.focus_view()

    def action_view(self, view: View) -> None:
        """Go to a view."""
        self.views.go_to(view)
        self._show_head()
        self.refresh_bindings()
        self.views.focus_view()

    def action_back(self) -> None:
        """Escape: stop what is asked, close what is open, else back to the answers."""
        if self.follower.running:
            self.follower.stop()
        elif not self.views.close() and self.views.view != "answers":
            self.action_view("answers")

    @on(ProbeHead.Clicked)
    def head_clicked(self, event: ProbeHead.Clicked[View]) -> None:
        """A view's name."""
        self.action_view(event.view)

    def action_filter_outcome(self) -> None:
        """Only correct, wrong or abstained answers, then all again."""
        turns = [None, *OUTCOMES]
        self.views.outcome = turns[(turns.index(self.views.outcome) + 1) % len(turns)]
        self._filtered()

    def action_filter_group(self) -> None:
        """Only one group, then the next, then all again."""
        shown = self.probes.shown
        turns = [None, *(shown.book.groups() if shown else ())]
        self.views.group = turns[(turns.index(self.views.group) + 1) % len(turns)]
        self._filtered()

    def _filtered(self) -> None:
        self.views.show_lines()
        self._show_head()

    def contents(self) -> Contents | None:
        """What the view shows."""
        from tui.export.probes import of_name

        chain = self.follower.chain
        if self.views.view != "name":
            return self.views.contents()
        return of_name(chain, self.views.name_view.about) if chain is not None else None

    def under_cursor(self) -> Piece | None:
        """What the cursor stands on in the view."""
        return self.views.under_cursor()

    # One name

    def action_follow(self) -> None:
        """Follow the name under the cursor."""
        shown, place = self.probes.shown, self.views.grid.place
        if shown is None or place is None:
            return
        question = shown.book.questions[place]
        self.views.name_view.box.value = question.entity or question.text
        self.action_view("name")
        self._follow(question.entity or question.text, question.attribute)

    @on(ProbeName.Typed)
    def typed(self, event: ProbeName.Typed) -> None:
        """Follow what was typed."""
        self._follow(event.text)

    @on(ProbeName.Asked)
    def asked(self, event: ProbeName.Asked) -> None:
        """Another question about the same name."""
        self.follower.ask(event.number)

    def _follow(self, typed: str, attribute: str | None = None) -> None:
        plan = self.probes.shown.plan if self.probes.shown else NO_PLAN
        self.follower.follow(
            typed,
            self.checkpoints,
            [name for name in (plan.against, plan.checkpoint) if name],
            samples=min(plan.samples, MOST_DRAWN),
            temperature=plan.temperature,
            attribute=attribute,
        )

    def _chain_drawn(self) -> None:
        self.views.name_view.draw(self.follower.chain)

    # Probes

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that would do nothing now are not in the footer."""
        if action in ("halt", "resume", "export"):
            return self.prober.possible(action)
        of_answers = action in ("filter_outcome", "filter_group", "follow")
        return self.views.view == "answers" if of_answers else True

    def action_new(self) -> None:
        """Start a probe."""
        self.prober.new()

    def action_list(self) -> None:
        """List the probes there are."""
        self.prober.choose()

    def action_halt(self) -> None:
        """Stop the probe that is looked at."""
        self.prober.halt()

    def action_resume(self) -> None:
        """Go on with it."""
        self.prober.resume()

    def action_export(self) -> None:
        """Write it to a file."""
        self.prober.export()

    # For the frame

    def memory(self) -> dict[str, Any]:
        """The view, and the probe that is looked at."""
        shown = self.probes.shown
        return {"view": self.views.view, "probe": shown.listed.key if shown is not None else None}

    async def recall(self, memory: Mapping[str, Any]) -> None:
        """Go to both, if the probe is still there."""
        await self.look()
        key = memory.get("probe")
        for listed in self.probes.listed:
            if listed.key == key:
                self.look_at(listed)
        view = next((known for known in get_args(View) if known == memory.get("view")), None)
        if view is not None:
            self.action_view(view)
