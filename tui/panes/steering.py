"""Trainings begun, paused, resumed and stopped: asked for first where work would end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Literal, Protocol

from textual.widget import Widget

from engine.errors import LabError
from tui.background import in_background
from tui.run_watch import ALIVE, RunWatch
from tui.safe_text import visible
from tui.screens.confirm import Confirm
from tui.screens.dialog import Dialog
from tui.screens.start_run import StartChoice, StartRun

if TYPE_CHECKING:
    from engine.manifest import CheckpointInfo
    from engine.runs import RunStatus

STOPPED_WITHIN_S = 30.0
POLL_S = 0.1


class Lab(Protocol):
    """What the pane needs of the app."""

    @property
    def watch_runs(self) -> RunWatch:
        """The runs."""
        ...

    def look_again(self) -> None:
        """Read checkpoints and runs now, not at the next turn of the timer."""
        ...


class Steering:
    """Opens the dialogs and asks the runs; what it does to them it does in a thread.

    Args:
        pane: who shows the dialogs and mistakes.
        lab: who knows the runs.
        follow: called with the name of a run that something was done to.
    """

    def __init__(self, pane: Widget, lab: Lab, follow: Callable[[str], Awaitable[None]]) -> None:
        self._pane, self._lab, self._follow = pane, lab, follow
        self.preset = ""
        """What the form proposes; empty: the usual one."""

    def train(self, stage: str, checkpoints: Sequence[CheckpointInfo]) -> None:
        """Ask what to train, then begin; a running training is stopped only after a yes."""

        def chosen(choice: StartChoice | None) -> None:
            if choice is not None:
                self._replace_then_start(choice)

        self._pane.app.push_screen(_form(stage, checkpoints, self.preset), chosen)

    def _replace_then_start(self, choice: StartChoice) -> None:
        training = self._lab.watch_runs.training
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

        self._pane.app.push_screen(Confirm(question, "Stop it and train"), answered)

    def pause(self, run: RunStatus) -> None:
        """Let the training wait, with everything in memory."""
        self._request(run, "pause")

    def resume(self, run: RunStatus) -> None:
        """Go on: a waiting training at once, another from its last saved state."""
        if run.state == "paused":
            self._request(run, "continue")
        else:
            self._do(lambda: self._lab.watch_runs.control.resume_run(run.name))

    def stop(self, run: RunStatus) -> None:
        """Stop after a yes; the run saves itself and can be resumed."""

        def answered(yes: bool | None) -> None:
            if yes:
                self._request(run, "stop")

        question = (
            f"Stop {run.name} at step {run.step} of {run.total_steps}? It saves itself first and "
            "can be resumed."
        )
        self._pane.app.push_screen(Confirm(question, "Stop it"), answered)

    def _request(self, run: RunStatus, action: Literal["pause", "continue", "stop"]) -> None:
        self._do(lambda: self._lab.watch_runs.control.request(run.name, action))

    def _start(self, choice: StartChoice) -> RunStatus:
        return self._lab.watch_runs.control.start_run(
            choice.stage,
            preset=choice.preset,
            from_checkpoint=choice.parent,
            steps=choice.steps,
            rl=choice.rl,
        )

    def _stop_and_start(self, name: str, choice: StartChoice) -> RunStatus:
        control = self._lab.watch_runs.control
        control.request(name, "stop")
        deadline = time.monotonic() + STOPPED_WITHIN_S
        while any(run.name == name and run.state in ALIVE for run in control.list_runs()):
            if time.monotonic() > deadline:
                break  # Starting then says which run is still training.
            time.sleep(POLL_S)
        return self._start(choice)

    def _do(self, what: Callable[[], RunStatus | None]) -> None:
        """Do something to a run in a thread; a LabError is shown as its sentence."""

        async def work() -> None:
            try:
                run = await asyncio.to_thread(what)
            except LabError as error:
                sentence = visible(str(error))
                self._pane.notify(sentence, severity="error", timeout=10, markup=False)
                return
            self._lab.look_again()
            if run is not None:
                self._pane.call_later(self._follow, run.name)

        in_background(self._pane, work, "run-control")


def _form(stage: str, checkpoints: Sequence[CheckpointInfo], preset: str) -> Dialog[StartChoice]:
    """What asks for a stage's choices; imported late, as it brings recipes or tasks with it."""
    if stage == "rl":
        from tui.screens.rl_form import RlForm

        return RlForm(checkpoints)
    from engine.train.recipe import PARENT_STAGE

    wanted = next((parent for child, parent in PARENT_STAGE.items() if child == stage), None)
    parents = [info.name for info in checkpoints if info.stage == wanted]
    return StartRun(stage, wanted, parents, preset)
