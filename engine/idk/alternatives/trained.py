"""The runs of the trained alternatives: found, gone on with or begun, and followed to their ends.

They are ordinary runs, in processes of their own: the pipeline pane shows them, and one that was
left behind goes on when it is asked for again.
"""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine import runs
from engine.errors import LabError, RunError
from engine.files import disk_error, read_json, read_jsonl, write_json
from engine.idk.alternatives.asked_once import AskedOnce
from engine.idk.alternatives.telling import Tell, now_and_then
from engine.manifest import CheckpointInfo, find_checkpoint
from engine.runs import EventTail, RunStatus
from engine.train.recipe import Recipe

POLL_S = 0.25
TELL_EVERY_S = 10.0


def trained(
    recipe: Recipe, parent: CheckpointInfo, ask: Callable[[], AskedOnce], folder: Path, tell: Tell
) -> CheckpointInfo:
    """The checkpoint that ``recipe`` makes of ``parent``, trained if it is not there.

    Args:
        recipe: of the stage idk.
        parent: what it begins from.
        ask: finds out what the parent knows; called for a new run only.
        folder: of the parent's weights: remembers the name of the run.
        tell: takes a line of progress now and then.

    Raises:
        RunError: another run is training, or this one failed.
        LabError: the disk is full.
        KeyboardInterrupt: the run has been stopped; asked for again, it goes on.
    """
    known = folder / f"run-{recipe.method}.json"
    status = _remembered(known, recipe)
    if status is None:
        asked = ask()
        status = runs.create_run(recipe, from_checkpoint=parent.name, name=None)
        try:
            asked.hand_to(status)
        except OSError as error:
            raise disk_error(status.path, error) from error
        write_json(known, {"run": status.name})
        status = runs.spawn(status)
    elif status.state != "done" and status.state not in runs.ALIVE:
        status = runs.resume_run(status.name)
    tell(f"run {status.name}: {status.path}")
    try:
        _follow(status, tell)
    except KeyboardInterrupt:
        _stop(status.name)
        raise
    return find_checkpoint(status.name)


def training_seconds(checkpoint: CheckpointInfo) -> float | None:
    """How long a checkpoint was trained, by the curve that it carries; None where it says nothing.

    ``elapsed_s`` of its steps begins anew with each process that went on with the run.
    """
    try:
        events = list(read_jsonl(checkpoint.path / "curve.jsonl"))
    except (OSError, ValueError):
        return None
    elapsed = [
        float(event["elapsed_s"])
        for event in events
        if event.get("type") == "step" and "elapsed_s" in event
    ]
    if not elapsed:
        return None
    ends = [now for now, after in itertools.pairwise(elapsed) if after < now]
    return sum(ends) + elapsed[-1]


def _remembered(known: Path, recipe: Recipe) -> RunStatus | None:
    """The run that was begun for this, unless it is gone or of another recipe."""
    with contextlib.suppress(LabError, KeyError, TypeError):
        status = runs.read_status(read_json(known)["run"])
        if Recipe.from_json(read_json(status.path / "recipe.json")) == recipe:
            return status
    return None


def _follow(status: RunStatus, tell: Tell) -> None:
    tail, tell_some = EventTail(status.path), now_and_then(tell, TELL_EVERY_S)
    while True:
        current = runs.read_status(status.name)
        for event in tail.read():
            if event["type"] == "step":
                tell_some(_line(event, current))
        if current.state not in runs.ALIVE:
            break
        time.sleep(POLL_S)
    if current.state != "done":
        raise RunError(f"The run {current.name!r} {current.state}: {current.message}")


def _line(event: dict[str, Any], status: RunStatus) -> str:
    return f"{status.name}: step {event['step']} of {status.total_steps}, loss {event['loss']:.3f}"


def _stop(name: str) -> None:
    with contextlib.suppress(RunError):  # it may have ended by itself
        runs.request(name, "stop")
    while runs.read_status(name).state in runs.ALIVE:
        time.sleep(POLL_S)
