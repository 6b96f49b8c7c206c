"""Pane 7: reinforcement learning as it happens, attempt by attempt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, get_args

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget

from engine.rl.reader import is_shipped
from tui.background import every, in_background
from tui.clipboard import Piece
from tui.panes.pane import Contents, LabPane
from tui.panes.rl_asking import Asker
from tui.panes.rl_asking import Lab as AskingLab
from tui.panes.rl_keys import BINDINGS, HELP
from tui.panes.steering import Lab as SteeringLab
from tui.panes.steering import Steering
from tui.rl import head_text
from tui.rl.gaming import gaming
from tui.rl.watch import News, RlWatch, neighbour
from tui.run_watch import ALIVE, RESUMABLE
from tui.widgets.rl_before import RlBefore
from tui.widgets.rl_curves import RlCurves
from tui.widgets.rl_head import LATEST, RlHead, View
from tui.widgets.rl_wall import RlWall
from tui.widgets.words import Words

if TYPE_CHECKING:
    from engine.manifest import CheckpointInfo
    from engine.runs import RunStatus

LOOK_EVERY_S = 0.5
IDLE_LOOKS = 4
"""Of so many looks only one is made while no run learns."""
BESIDE_FROM = 130
"""Cells from which on the curves stand beside the wall."""


class Lab(AskingLab, SteeringLab, Protocol):
    """What the pane needs of the app."""


class RlPane(LabPane):
    """A head, the problem, and the views."""

    # The app's own stylesheet is parsed before the first paint; this one is not.
    DEFAULT_CSS = Path(__file__).with_name("rl.tcss").read_text("utf-8")
    SCOPED_CSS = False
    HELP = HELP
    BINDINGS: ClassVar[list[BindingType]] = BINDINGS

    def __init__(self, lab: Lab, checkpoints: Sequence[CheckpointInfo]) -> None:
        super().__init__(id="rl")
        self.checkpoints = checkpoints
        self.watch_rl = RlWatch(lambda: lab.watch_runs.control)
        self.steering = Steering(self, lab, self._follow)
        self.asker = Asker(self, lab, self._show_before)
        self.view: View = "wall"
        self.head, self.wall = RlHead(), RlWall()
        self.curves, self.before = RlCurves(), RlBefore()
        self.note, self.alarm = Words(id="rl-note"), Words(id="rl-alarm")
        self.problem, self.empty = Words(id="rl-problem"), Words(id="rl-empty")
        self._turns = 0
        self._looking = False
        self._wanted_step: int | None = None
        """The one that is being read."""
        self._possible: tuple[str, ...] = ()

    def compose(self) -> ComposeResult:
        """From the top down; the curves to the right where there is room."""
        yield self.head
        yield self.note
        yield self.alarm
        with Horizontal(id="rl-views"):
            with Vertical(id="rl-attempts"):
                yield self.problem
                yield self.empty
                yield self.wall
                yield self.before
            yield self.curves

    def on_mount(self) -> None:
        """Look at the disk now, and then again and again."""
        self._show()
        every(self, LOOK_EVERY_S, self._turn, "rl-turn")
        in_background(self, self.look, "rl-look")

    def on_resize(self, event: events.Resize) -> None:
        """What stands beside each other depends on the width."""
        self.set_class(event.size.width >= BESIDE_FROM, "-beside")
        self._show()

    def show_checkpoints(self, checkpoints: Sequence[CheckpointInfo]) -> None:
        """Take the checkpoints there are."""
        self.checkpoints = checkpoints

    # Looking

    async def _turn(self) -> None:
        self._turns += 1
        shown = self.watch_rl.shown
        lively = shown is not None and shown.alive
        if self.display and (lively or self._turns % IDLE_LOOKS == 0):
            await self.look()

    async def look(self) -> None:
        """Read what is new, and draw what has changed; one look at a time."""
        if self._looking:
            return
        self._looking = True
        try:
            news = await self.watch_rl.refresh()
        finally:
            self._looking = False
        if self.is_attached:
            self._take(news)

    def look_at(self, run: RunStatus) -> None:
        """Show another run."""
        self.workers.cancel_group(self, "rl-step")
        self.watch_rl.show(run)
        self.asker.forget()

        async def work() -> None:
            await self.watch_rl.refresh()
            self._take(News(True, True, True))

        in_background(self, work, "rl-open", only=True)

    async def _follow(self, name: str) -> None:
        await self.watch_rl.refresh()
        run = self.watch_rl.named(name)
        if run is not None and self.is_attached:
            self.look_at(run)

    def _take(self, news: News) -> None:
        if news.runs or news.figures or news.groups:
            self._show()
        possible = tuple(name for name in _ACTIONS if self.check_action(name, ()))
        if possible != self._possible:
            self._possible = possible
            self.refresh_bindings()  # The footer is made anew by this: only when it must be.

    # What is shown

    def _show(self) -> None:
        shown = self.watch_rl.shown
        width = (self.size.width or 80) - 3
        nothing = head_text.nothing_to_see(shown) if shown else head_text.NO_RUN
        title = head_text.title(shown, width) if shown else Content.styled(" no run", "$quiet")
        self.head.show(title, self.view, shown)
        failed = shown is not None and shown.run.state == "failed"
        note = head_text.note(shown) if shown else ""
        self._say(self.note, note, "$text-error" if failed else "$quiet")
        gap = gaming(shown.history) if shown else None
        self._say(self.alarm, f"! {gap.sentence}" if gap else "", "bold $text-warning")
        group = shown.group if shown else None
        self.problem.display = group is not None and self.view == "wall"
        if group is not None:
            self.problem.say(head_text.problem_words(group))
        if shown is not None:
            self.curves.show(shown)
        self.wall.show(group.attempts if group else ())
        self._show_before()
        self._say(self.empty, nothing if self.view == "wall" else "", "$quiet")
        self._lay_out()

    def _lay_out(self) -> None:
        """Show what belongs to the view: also if empty, for it holds the focus, and so the keys."""
        beside = self.has_class("-beside") and self.watch_rl.shown is not None
        self.query_one("#rl-attempts").display = self.view != "curves"
        self.wall.display = self.view == "wall"
        self.before.display = self.view == "before"
        self.curves.display = self.view == "curves" or (beside and self.view == "wall")
        self.curves.set_class(self.view == "curves", "-alone")

    @staticmethod
    def _say(words: Words, text: str, style: str) -> None:
        words.display = bool(text)
        words.say(Content.styled(text, style))

    def _show_before(self) -> None:
        shown = self.watch_rl.shown
        self.before.show(self.asker.asked, shown.group if shown else None)

    # Views

    def focus_view(self) -> None:
        """Give the focus to what is shown."""
        focused: dict[View, Widget] = {
            "wall": self.wall, "curves": self.curves, "before": self.before,
        }  # fmt: skip
        # Not before it is laid out: what is not shown cannot have the focus.
        self.call_after_refresh(focused[self.view].focus)

    def action_view(self, view: View) -> None:
        """Go to a view."""
        self.view = view
        shown = self.watch_rl.shown
        asked = self.asker.asked
        if view == "before" and shown and not (asked and asked.is_about(shown.group)):
            self.action_ask()
        self._show()
        self.focus_view()

    def action_back(self) -> None:
        """Escape: stop what is asked, else back to the wall."""
        if self.asker.running:
            self.asker.stop()
        elif self.view != "wall":
            self.action_view("wall")

    @on(RlHead.Clicked)
    async def head_clicked(self, event: RlHead.Clicked) -> None:
        """A view's name or an arrow."""
        await self.run_action(event.action)

    @on(RlWall.Opened)
    def opened(self, event: RlWall.Opened) -> None:
        """Read a card whole."""
        from tui.screens.rl_attempt import RlAttempt

        shown = self.watch_rl.shown
        if shown is not None and shown.group is not None:

            def closed(card: int | None) -> None:
                self.wall.go_to(card or 0)

            self.app.push_screen(RlAttempt(shown.group, event.card), closed)

    def contents(self) -> Contents | None:
        """What the view shows."""
        from tui.export import rl

        shown, asked = self.watch_rl.shown, self.asker.asked
        if shown is None:
            return None
        if self.view == "curves":
            return rl.of_curves(shown.run.name, shown.history)
        if self.view == "before":
            return rl.of_before(asked) if asked is not None else None
        return rl.of_wall(shown.run.name, shown.group) if shown.group is not None else None

    def under_cursor(self) -> Piece | None:
        """The attempt under the cursor, or what the view says."""
        if self.view == "curves":
            return Piece("the figures", self.curves.text)
        if self.view == "before":
            return Piece("both answers", self.before.text)
        attempts = self.wall.attempts
        return Piece("the attempt", "".join(attempts[self.wall.card].pieces)) if attempts else None

    # Steps and problems

    def action_step(self, by: int) -> None:
        """The step before or after, or the newest one, which is followed from then on.

        It is read in the background; a key that comes meanwhile goes on from the step that was
        asked for.
        """
        shown = self.watch_rl.shown
        if shown is None:
            return
        at = shown.step if self._wanted_step is None else self._wanted_step
        found = neighbour(shown.steps, None if by == LATEST else at, by)
        if found is None:
            return
        self._wanted_step = found

        async def work() -> None:
            try:
                await self.watch_rl.go_to(found)
            finally:
                if self._wanted_step == found:  # Else another key has come meanwhile.
                    self._wanted_step = None
            self._take(News(groups=True))

        in_background(self, work, "rl-step", only=True)

    def action_problem(self, by: int) -> None:
        """Another problem of the step, around its ends."""
        shown = self.watch_rl.shown
        if shown is not None and shown.groups:
            shown.place = (shown.place + by) % len(shown.groups)
            self._show()

    def action_ask(self) -> None:
        """Put the problem to the parent and to the run's latest checkpoint."""
        shown = self.watch_rl.shown
        if shown is not None and shown.group is not None:
            self.asker.ask(shown, shown.group, self.checkpoints)

    # Training

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that would do nothing now are not in the footer."""
        if action == "ask":
            return self.view == "before"
        if action not in _ACTIONS:
            return True
        shown = self.watch_rl.shown
        if shown is None or is_shipped(shown.run):
            return False
        possible = {"pause": ("starting", "running"), "resume": RESUMABLE, "halt": ALIVE}
        return shown.run.state in possible[action]

    def action_train(self) -> None:
        """Ask what to learn, then begin."""
        self.steering.train("rl", self.checkpoints)

    def action_list(self) -> None:
        """List the runs there are."""
        from tui.screens.listed import ListedDialog, look_at_one

        shown = self.watch_rl.shown
        dialog = ListedDialog(
            "reinforcement learning",
            self.watch_rl.runs,
            head_text.listed_line,
            key=lambda run: run.path,
            current=shown.run if shown else None,
            starts="t",
        )
        look_at_one(self.app, dialog, self.look_at)

    def action_pause(self) -> None:
        """Let the training wait."""
        if self.watch_rl.shown is not None:
            self.steering.pause(self.watch_rl.shown.run)

    def action_resume(self) -> None:
        """Go on."""
        if self.watch_rl.shown is not None:
            self.steering.resume(self.watch_rl.shown.run)

    def action_halt(self) -> None:
        """Stop, after a yes."""
        if self.watch_rl.shown is not None:
            self.steering.stop(self.watch_rl.shown.run)

    # For the frame

    def memory(self) -> dict[str, Any]:
        """The view, the run, and the step unless the newest is followed."""
        shown = self.watch_rl.shown
        if shown is None:
            return {"view": self.view}
        step = None if shown.follows else shown.step
        return {"view": self.view, "run": shown.run.name, "step": step}

    async def recall(self, memory: Mapping[str, Any]) -> None:
        """Go to them, as far as they are still there."""
        await self.watch_rl.refresh()
        run = self.watch_rl.named(str(memory.get("run")))
        step = memory.get("step")
        if run is not None:
            self.watch_rl.show(run)
            await self.watch_rl.refresh()
            if isinstance(step, int):
                await self.watch_rl.go_to(step)
        view = next((known for known in get_args(View) if known == memory.get("view")), None)
        if view is not None:
            self.view = view
        self._take(News(True, True, True))


_ACTIONS = ("pause", "resume", "halt")
