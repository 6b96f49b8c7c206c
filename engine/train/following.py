"""Runs that somebody waits for: found again, and followed to their ends. No torch."""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from engine import runs
from engine.errors import LabError, RunError
from engine.files import read_json, read_jsonl
from engine.manifest import CheckpointInfo
from engine.runs import EventTail, RunStatus
from engine.telling import Tell, now_and_then
from engine.train.recipe import Recipe

POLL_S = 0.25
TELL_EVERY_S = 10.0
Enough = Callable[[dict[str, Any]], bool]
"""Told each event of a run; whether it has done what it was wanted for."""


def remembered(known: Path, recipe: Recipe) -> RunStatus | None:
    """The run that ``known`` names, ``{"run": NAME}``, unless it is gone or of another recipe."""
    with contextlib.suppress(LabError, KeyError, TypeError):
        status = runs.read_status(read_json(known)["run"])
        if Recipe.from_json(read_json(status.path / "recipe.json")) == recipe:
            return status
    return None


def follow(status: RunStatus, tell: Tell, *, enough: Enough | None = None) -> None:
    """Return when a run is done, or has been stopped because it was ``enough``.

    Args:
        status: of a run whose process has been started, or that has ended.
        tell: takes a line of progress now and then.
        enough: when to stop it; None: never.

    Raises:
        RunError: it ended otherwise.
        KeyboardInterrupt: the run has been stopped; resumed, it goes on.
    """
    try:
        was_enough = _follow(status, tell, enough)
    except KeyboardInterrupt:
        stop(status.name)
        raise
    ended = runs.read_status(status.name)
    if ended.state != "done" and not (was_enough and ended.state == "stopped"):
        raise RunError(f"The run {ended.name!r} {ended.state}: {ended.message}")


def stop(name: str) -> None:
    """Ask a run to stop, and wait until it has."""
    with contextlib.suppress(RunError):  # it may have ended by itself
        runs.request(name, "stop")
    while runs.read_status(name).state in runs.ALIVE:
        time.sleep(POLL_S)


def training_seconds(checkpoint: CheckpointInfo) -> float | None:
    """How long a checkpoint was trained, by the curve that it carries; None where it says nothing.

    ``elapsed_s`` of its steps begins anew with each process that went on with the run.
    """
    try:
        events = list(read_jsonl(checkpoint.path / "curve.jsonl"))
    except (OSError, ValueError):
        return None
    return seconds_of(events)


def seconds_of(events: Iterable[dict[str, Any]]) -> float | None:
    """How long a run was at work; None without a step that says so."""
    elapsed = [
        float(event["elapsed_s"])
        for event in events
        if event.get("type") == "step" and "elapsed_s" in event
    ]
    if not elapsed:
        return None
    ends = [now for now, after in itertools.pairwise(elapsed) if after < now]
    return sum(ends) + elapsed[-1]


def _follow(status: RunStatus, tell: Tell, enough: Enough | None) -> bool:
    """Whether it was enough."""
    tail, tell_some = EventTail(status.path), now_and_then(tell, TELL_EVERY_S)
    while True:
        # The status first: of a run that has ended all events are there.
        current = runs.read_status(status.name)
        for event in tail.read():
            line = _line(event, current)
            if line is not None:
                tell_some(line)
            if enough is not None and enough(event):
                stop(status.name)
                return True
        if current.state not in runs.ALIVE:
            return False
        time.sleep(POLL_S)


def _line(event: dict[str, Any], status: RunStatus) -> str | None:
    """Of a run of the stage ``rl`` its loss says nothing; what is right does."""
    at = f"{status.name}: step {event.get('step')} of {status.total_steps}"
    if event["type"] == "rl":
        return f"{at}, right {event['pass_at_1']:.3f}, {event['length']:.1f} tokens"
    if event["type"] == "step" and status.stage != "rl":
        return f"{at}, loss {event['loss']:.3f}"
    return None
