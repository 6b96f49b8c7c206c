"""Commands of the Pipeline pane; they work from everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from tui.commands.command import Command
from tui.stages import TRAINED

if TYPE_CHECKING:
    from tui.app import LabApp

_PANE = "pipeline"


def commands(app: LabApp) -> Iterator[Command]:
    """Start a training, and steer the one that there is."""
    for stage in TRAINED:
        start = partial(_on_entry, app, f"stage:{stage}", "train")
        yield Command(f"Train {stage}", "start a training run", start, "pipeline.train", _PANE)
    run = app.watch_runs.training
    if run is None:
        return
    entry = f"run:{run.name}"
    if run.state == "paused":
        resume = partial(_on_entry, app, entry, "resume")
        yield Command(f"Resume {run.name}", "it waits", resume, "pipeline.resume", _PANE)
    else:
        pause = partial(_on_entry, app, entry, "pause")
        yield Command(f"Pause {run.name}", "it keeps all", pause, "pipeline.pause", _PANE)
    stop = partial(_on_entry, app, entry, "halt")
    yield Command(f"Stop {run.name}", "it saves itself", stop, "pipeline.stop", _PANE)


async def _on_entry(app: LabApp, entry: str, action: str) -> None:
    await app.action_pane("pipeline")
    pane = app.pipeline
    assert pane is not None
    await pane.go_to(entry)
    await pane.run_action(action)
