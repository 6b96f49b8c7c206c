"""Pane 1: the stages, what each has made, and trainings that can be started and watched."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, OptionList

from tui.background import every, in_background
from tui.clipboard import Piece
from tui.panes.pane import Contents, LabPane
from tui.panes.pipeline_keys import BINDINGS
from tui.panes.steering import Lab, Steering
from tui.pipeline_text import checkpoint_words, run_words, samples_words, stage_words
from tui.run_watch import ALIVE, RESUMABLE
from tui.safe_text import visible
from tui.screens.card import Card
from tui.stages import BY_NAME, hue
from tui.steps_text import development_line, development_table
from tui.widgets.curve import Curve, Series
from tui.widgets.rail import Entry, Rail, entries
from tui.widgets.run_steps import RunSteps
from tui.widgets.words import Words

if TYPE_CHECKING:
    from engine.manifest import CheckpointInfo
    from engine.runs import RunStatus
    from tui.run_history import RunHistory

REDRAWS_PER_S = 2
DEVELOPED_BESIDE_FROM = 90
"""Cells from which on the figures of the development split stand beside the curve."""
_ACTIONS = ("train", "pause", "resume", "halt", "card")


class PipelinePane(LabPane):
    """Rail to the left; to the right what the chosen entry is, its curve and its samples."""

    # The app's own stylesheet is parsed before the first paint; this one is not.
    DEFAULT_CSS = Path(__file__).with_name("pipeline.tcss").read_text("utf-8")
    SCOPED_CSS = False
    BINDINGS: ClassVar[list[BindingType]] = BINDINGS

    def __init__(self, lab: Lab) -> None:
        super().__init__(id="pipeline")
        self.lab = lab
        self.checkpoints: Sequence[CheckpointInfo] = ()
        self.rail, self.curve = Rail(), Curve()
        self.words, self.samples = Words(id="words"), Words(id="samples")
        self.steps, self.developed = RunSteps(), Words(id="developed")
        self.figures = Container(id="figures")
        self.steering = Steering(self, lab, self._follow)
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
            yield self.steps
            with self.figures:
                yield self.curve
                yield self.developed
            yield self.samples

    def on_mount(self) -> None:
        """Redraw at a calm pace while the pane is looked at."""
        every(self, 1 / REDRAWS_PER_S, self.redraw, "redraw")
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
        note = await asyncio.to_thread(_note_on, run) if run is not None else ""
        beside = await self._beside(entry, info, run)
        if self.rail.entry is None or self.rail.entry.id != entry.id:
            return  # Another was chosen meanwhile: it is drawn by then.
        words = self._words(entry, info, run)
        self.words.say(words + Content.styled(f"\n\n{visible(note)}", "italic") if note else words)
        trained = BY_NAME[entry.stage].trained
        curve, samples = self.curve, self.samples
        history = self.lab.watch_runs.history(run.name) if run else None
        preparing = self._show_steps(run, history)
        drawn = run is not None or any(history.losses for _, history in beside)
        curve.display = samples.display = trained and drawn and not preparing
        self.figures.display = curve.display
        if trained:
            self._show_curve(entry, run, beside)
            room = max(1, self.size.height - curve.size.height - 8)
            newest = tuple(history.samples)[:room] if history else ()
            width = samples.size.width
            samples.say(samples_words(newest, width, room) if run else Content(""))

    def _show_steps(self, run: RunStatus | None, history: RunHistory | None) -> bool:
        """What a run did before it trains, and how it does on its development split.

        Returns:
            Whether its steps are all that it has to show yet.
        """
        developed = history.developed if history else []
        narrow = self.words.size.width < DEVELOPED_BESIDE_FROM
        self.figures.set_class(narrow, "-stacked")
        self.developed.display = bool(developed)
        self.developed.say((development_line if narrow else development_table)(developed))
        if run is None or history is None or not (history.tables or run.stage == "idk"):
            self.steps.display = False
            return False
        self.steps.display = True
        self.steps.follow(run, history)
        return not history.has_begun

    def _words(self, entry: Entry, info: CheckpointInfo | None, run: RunStatus | None) -> Content:
        parts = [stage_words(entry.stage)] if entry.kind == "stage" else []
        width = self.words.size.width or self.size.width
        if run is not None:
            parts.append(run_words(run, self.lab.watch_runs.history(run.name), width))
        if info is not None and (run is None or run.state == "done"):
            parts.append(checkpoint_words(info, width))
        elif info is None and run is None and BY_NAME[entry.stage].trained:
            parts.append(Content.styled("Not trained yet: press t.", "$quiet"))
        return Content("\n\n").join(parts)

    async def _beside(
        self, entry: Entry, info: CheckpointInfo | None, run: RunStatus | None
    ) -> list[tuple[CheckpointInfo, RunHistory]]:
        """Whose losses are drawn beside a run's, or without one, with the losses.

        The shipped checkpoints of the run's stage and size; without a run, the one that is chosen.
        """
        others = [info] if info is not None else []
        if run is not None:
            others = [
                each for each in self.checkpoints
                if each.shipped and (each.stage, each.preset) == (entry.stage, run.preset)
            ]  # fmt: skip
        return [(each, await self.lab.watch_runs.reference(each.path)) for each in others]

    def _show_curve(
        self,
        entry: Entry,
        run: RunStatus | None,
        beside: Sequence[tuple[CheckpointInfo, RunHistory]],
    ) -> None:
        series, x_max = [], 1.0
        if run is not None:
            points = tuple(self.lab.watch_runs.history(run.name).losses)
            series.append(Series(run.name, points, hue(entry.stage)))
            x_max = run.total_steps
        for info, history in beside:
            name = f"shipped {info.name}" if info.shipped else info.name
            if run is not None:
                series.append(Series(name, history.losses, "$quiet", "dotted"))
                continue
            series.append(Series(name, history.losses, hue(entry.stage)))
            if history.losses:
                x_max = history.losses[-1][0]
        self.curve.plot(series, x_max)

    @on(OptionList.OptionHighlighted)
    async def highlighted(self) -> None:
        """Another entry: show it at once."""
        self.lab.look_again()
        await self.redraw()

    @on(OptionList.OptionSelected)
    def selected(self) -> None:
        """Enter or a click on an entry."""
        self.action_card()

    def action_step(self, by: int) -> None:
        """Look at the rows of another step of the run."""
        if self.steps.display:
            self.steps.turn(by)

    def contents(self) -> Contents | None:
        """The chosen entry."""
        from tui.export.pipeline import contents_of

        entry, run = self.rail.entry, self._run()
        if entry is None:
            return None
        samples = tuple(self.lab.watch_runs.history(run.name).samples) if run else ()
        curves = self.curve.series if self.curve.display else ()
        info = self._checkpoint(entry)
        return contents_of(entry.name or entry.stage, self.words.text, info, curves, samples)

    def under_cursor(self) -> Piece | None:
        """What is said of the chosen entry."""
        return Piece("the entry", self.words.text)

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
        """Ask what to train, then begin."""
        entry = self.rail.entry
        if entry is not None:
            self.steering.train(entry.stage, self.checkpoints)

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
        run = self._run()
        if run is not None:
            how(run)

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

    # For the frame

    def memory(self) -> dict[str, Any]:
        """The chosen entry of the rail."""
        entry = self.rail.entry
        return {"entry": entry.id} if entry is not None else {}

    async def recall(self, memory: Mapping[str, Any]) -> None:
        """Go to the entry, if it is still there."""
        await self.go_to(str(memory.get("entry")))


def _note_on(run: RunStatus) -> str:
    from engine.run_keeping import read_note  # Not before the first paint.

    return read_note(run.path)
