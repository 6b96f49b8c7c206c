"""Pane 1: the stages, what each has made, and trainings that can be started and watched."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Button, OptionList

from engine.errors import LabError
from tui.background import in_background
from tui.pipeline_text import checkpoint_words, run_words, samples_words, stage_words
from tui.run_watch import ALIVE, RESUMABLE, RunWatch
from tui.screens.card import Card
from tui.screens.confirm import Confirm
from tui.screens.start_run import StartChoice, StartRun
from tui.stages import BY_NAME, hue
from tui.widgets.curve import Curve, Series
from tui.widgets.rail import Entry, Rail, entries
from tui.widgets.words import Words

if TYPE_CHECKING:
    from engine.manifest import CheckpointInfo
    from engine.runs import RunStatus

REDRAWS_PER_S = 2
_PARENTS = {"sft": "base"}
_ACTIONS = ("train", "pause", "resume", "halt", "card")


class Lab(Protocol):
    """What the pane needs of the app."""

    @property
    def watch_runs(self) -> RunWatch:
        """The runs."""
        ...

    def look_again(self) -> None:
        """Read checkpoints and runs now, not at the next turn of the timer."""
        ...


class PipelinePane(Horizontal):
    """Rail to the left; to the right what the chosen entry is, its curve and its samples."""

    # The app's own stylesheet is parsed before the first paint; this one is not.
    DEFAULT_CSS = Path(__file__).with_name("pipeline.tcss").read_text("utf-8")
    SCOPED_CSS = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "train", "train", id="pipeline.train"),
        Binding("p", "pause", "pause", id="pipeline.pause"),
        Binding("r", "resume", "resume", id="pipeline.resume"),
        Binding("x", "halt", "stop", id="pipeline.stop"),
        Binding("enter,d", "card", "model card", key_display="⏎", id="pipeline.card"),
    ]

    def __init__(self, lab: Lab) -> None:
        super().__init__(id="pipeline")
        self.lab = lab
        self.checkpoints: Sequence[CheckpointInfo] = ()
        self.rail, self.curve = Rail(), Curve()
        self.words, self.samples = Words(id="words"), Words(id="samples")
        self.rail.border_title = "stages"
        self._possible: tuple[str, ...] | None = None

    def compose(self) -> ComposeResult:
        """The rail with its buttons, and the detail."""
        with Vertical(id="rail-side"):
            yield self.rail
            with Horizontal(id="run-keys"):
                yield Button("train", id="train", compact=True)
                yield Button("pause", id="pause", compact=True)
                yield Button("resume", id="resume", compact=True)
                yield Button("stop", id="halt", compact=True)
        with VerticalScroll(id="detail", can_focus=False):
            yield self.words
            yield self.curve
            yield self.samples

    def on_mount(self) -> None:
        """Redraw at a calm pace while the pane is looked at."""
        self._timer: Timer = self.set_interval(1 / REDRAWS_PER_S, self.redraw)
        self.rail.focus()

    async def show_checkpoints(self, checkpoints: Sequence[CheckpointInfo]) -> None:
        """Take the checkpoints there are."""
        self.checkpoints = checkpoints
        await self.redraw()

    async def redraw(self) -> None:
        """Draw what has changed: rail, words, curve, samples."""
        if not self.display or not self.is_attached:
            return
        rail = self.rail
        rail.show_entries(list(entries(self.checkpoints, self.lab.watch_runs.runs)))
        if rail.highlighted is None and rail.option_count:
            training = self.lab.watch_runs.training
            rail.go_to(f"run:{training.name}" if training else "stage:base")
        self._enable_buttons()
        await self._show(rail.entry)

    async def go_to(self, entry_id: str) -> None:
        """Choose an entry of the rail (``run:base-0003``)."""
        await self.redraw()
        self.rail.go_to(entry_id)

    @property
    def looked_at(self) -> str | None:
        """The run whose numbers are on screen."""
        run = self._run()
        return run.name if run else None

    def _run(self) -> RunStatus | None:
        """The run that the chosen entry means: itself, or the stage's training."""
        entry = self.rail.entry
        watch = self.lab.watch_runs
        if entry is not None and entry.kind == "run":
            return watch.named(entry.name)
        training = watch.training
        return training if entry and training and entry.stage == training.stage else None

    def _checkpoint(self, entry: Entry) -> CheckpointInfo | None:
        found = [i for i in self.checkpoints if entry.kind == "stage" or i.name == entry.name]
        return next((info for info in found if info.stage == entry.stage), None)

    async def _show(self, entry: Entry | None) -> None:
        if entry is None:
            return
        info, run = self._checkpoint(entry), self._run()
        if entry.kind == "checkpoint":
            run = None
        self.words.say(self._words(entry, info, run))
        trained = BY_NAME[entry.stage].trained
        curve, samples = self.curve, self.samples
        curve.display = samples.display = trained
        if trained:
            await self._show_curve(curve, entry, info, run)
            history = self.lab.watch_runs.history(run.name) if run else None
            room = max(1, self.size.height - curve.size.height - 8)
            newest = tuple(history.samples)[:room] if history else ()
            width = samples.size.width
            samples.say(samples_words(newest, width, room) if run else Content(""))

    def _words(self, entry: Entry, info: CheckpointInfo | None, run: RunStatus | None) -> Content:
        parts = [stage_words(entry.stage)] if entry.kind == "stage" else []
        if run is not None:
            parts.append(run_words(run, self.lab.watch_runs.history(run.name)))
        if info is not None and (run is None or run.state == "done"):
            parts.append(checkpoint_words(info))
        elif info is None and run is None and BY_NAME[entry.stage].trained:
            parts.append(Content.styled("Not trained yet: press t.", "$quiet"))
        return Content("\n\n").join(parts)

    async def _show_curve(
        self, curve: Curve, entry: Entry, info: CheckpointInfo | None, run: RunStatus | None
    ) -> None:
        """This run's losses over those of the checkpoint that ships, where there is one."""
        preset = run.preset if run else info.preset if info else ""
        shipped = [
            i for i in self.checkpoints
            if i.shipped and i.stage == entry.stage and i.preset == preset
        ]  # fmt: skip
        series, x_max = [], 1.0
        if run is not None:
            points = tuple(self.lab.watch_runs.history(run.name).losses)
            series.append(Series(run.name, points, hue(entry.stage)))
            x_max = run.total_steps
        for other in shipped if run else [info] if info else []:
            history = await self.lab.watch_runs.reference(other.path)
            name = f"shipped {other.name}" if other.shipped else other.name
            dotted = run is not None
            style = "$quiet" if dotted else hue(entry.stage)
            series.append(Series(name, history.losses, style, dotted=dotted))
            if run is None and history.losses:
                x_max = history.losses[-1][0]
        curve.plot(series, x_max)

    @on(OptionList.OptionHighlighted)
    async def highlighted(self) -> None:
        """Another entry: show it at once."""
        self.lab.look_again()
        await self.redraw()

    @on(OptionList.OptionSelected)
    def selected(self) -> None:
        """Enter or a click on an entry."""
        self.action_card()

    # Training

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that would do nothing now are dimmed in the footer."""
        if action not in _ACTIONS or not self.is_attached:
            return True
        entry, run = self.rail.entry, self._run()
        state = run.state if run else ""
        possible = {
            "train": entry is not None and BY_NAME[entry.stage].trained,
            "pause": state in ("starting", "running"),
            "resume": state in RESUMABLE,
            "halt": state in ALIVE,
            "card": entry is not None and self._checkpoint(entry) is not None,
        }
        return True if possible[action] else None

    def _enable_buttons(self) -> None:
        possible = tuple(action for action in _ACTIONS if self.check_action(action, ()))
        if possible != self._possible:
            self._possible = possible
            for button in self.query("#run-keys Button").results(Button):
                button.disabled = button.id not in possible
            self.refresh_bindings()  # The footer is made anew by this: only when it must be.

    @on(Button.Pressed)
    async def pressed(self, event: Button.Pressed) -> None:
        """The mouse's way to the same actions."""
        await self.run_action(event.button.id or "")

    def action_train(self) -> None:
        """Ask what to train, then begin; a running training is stopped only after a yes."""
        entry = self.rail.entry
        if entry is None:
            return
        stage = entry.stage
        wanted = _PARENTS.get(stage)
        parents = [info.name for info in self.checkpoints if info.stage == wanted]

        def chosen(choice: StartChoice | None) -> None:
            if choice is not None:
                self._replace_then_start(choice)

        self.app.push_screen(StartRun(stage, parents), chosen)

    def _replace_then_start(self, choice: StartChoice) -> None:
        training = self.lab.watch_runs.training
        if training is None:
            self._do(lambda: self._start(choice))
            return
        question = (
            f"{training.name} is {training.state} at step {training.step} of "
            f"{training.total_steps}. Stop it (it can be resumed) and train {choice.stage} instead?"
        )

        def answered(yes: bool | None) -> None:
            if yes:
                self._do(lambda: self._stop_and_start(training.name, choice))

        self.app.push_screen(Confirm(question, "Stop it and train"), answered)

    def action_pause(self) -> None:
        """Let the training wait, with everything in memory."""
        self._ask_run("pause")

    def action_resume(self) -> None:
        """Go on: a waiting training at once, another from its last saved state."""
        run = self._run()
        if run is None:
            return
        if run.state == "paused":
            self._do(lambda: self.lab.watch_runs.control.request(run.name, "continue"))
        else:
            self._do(lambda: self.lab.watch_runs.control.resume_run(run.name))

    def action_halt(self) -> None:
        """Stop after a yes; the run saves itself and can be resumed."""
        run = self._run()
        if run is None:
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._ask_run("stop")

        question = (
            f"Stop {run.name} at step {run.step} of {run.total_steps}? It saves itself first and "
            "can be resumed."
        )
        self.app.push_screen(Confirm(question, "Stop it"), answered)

    def _ask_run(self, action: str) -> None:
        run = self._run()
        if run is None:
            return
        name = run.name
        if action == "pause":
            self._do(lambda: self.lab.watch_runs.control.request(name, "pause"))
        else:
            self._do(lambda: self.lab.watch_runs.control.request(name, "stop"))

    def _start(self, choice: StartChoice) -> RunStatus:
        return self.lab.watch_runs.control.start_run(
            choice.stage, preset=choice.preset, from_checkpoint=choice.parent, steps=choice.steps
        )

    def _stop_and_start(self, name: str, choice: StartChoice) -> RunStatus:
        import time

        control = self.lab.watch_runs.control
        control.request(name, "stop")
        for _ in range(300):
            if all(run.name != name or run.state not in ALIVE for run in control.list_runs()):
                break
            time.sleep(0.1)
        return self._start(choice)

    def _do(self, what: Callable[[], RunStatus | None]) -> None:
        """Do something to a run in a thread; a LabError is shown as its sentence."""

        async def work() -> None:
            try:
                run = await asyncio.to_thread(what)
            except LabError as error:
                self.notify(str(error), severity="error", timeout=10, markup=False)
                return
            self.lab.look_again()
            if run is not None:
                self.call_later(self._follow, run.name)

        in_background(self, work, "run-control")

    async def _follow(self, name: str) -> None:
        await self.lab.watch_runs.refresh(name)
        await self.redraw()
        self.rail.go_to(f"run:{name}")

    # The card

    def action_card(self) -> None:
        """Open the model card of the chosen checkpoint."""
        entry = self.rail.entry
        info = self._checkpoint(entry) if entry else None
        if info is None:
            return

        async def work() -> None:
            path = info.path / "README.md"
            try:
                text = await asyncio.to_thread(path.read_text, "utf-8", "replace")
            except OSError as error:
                reason = error.strerror or str(error)
                text = f"{path} cannot be read: {reason}. The checkpoint has no model card."
            self.app.push_screen(Card(f"model card · {info.name}", text))

        in_background(self, work, "card")
