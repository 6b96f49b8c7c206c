"""Put a finished run of the stage ``rl`` where the app finds it to be replayed. No torch.

``python -m engine.evals.ship_run RUN nano [NAME]`` fills ``checkpoints/nano/runs/NAME``: all the
figures of the run, and of some of its steps some problems with all the attempts at them.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from engine import paths
from engine.background import NAME
from engine.errors import RunError
from engine.evals.shipped import replaced, shipped_name
from engine.files import read_json, read_jsonl, write_atomic, write_json, write_jsonl
from engine.manifest import WEIGHTS, newest_checkpoint, read_manifest
from engine.rl.reader import RlReader, rollouts_path
from engine.rl.record import Attempt, Group, encode_step
from engine.runs import RunStatus, read_status

N_STEPS = 12
N_GROUPS = 4
"""Of a step: as many as the loop looks at again after the update, and it takes the first ones."""
DECIMALS = 4
"""Of log-probabilities: they are shown by their color, and written out would be half of the run."""
EVENTS = ("rl", "rl_eval", "step", "eval", "finish")
"""Kinds that ship: figures. Others tell of the process that trained."""


def ship_run(source: str, preset: str, name: str | None = None) -> Path:
    """Write ``checkpoints/PRESET/runs/NAME`` from the run ``source``; returns the folder.

    Args:
        source: a finished run of the stage ``rl``.
        preset: whose shipped checkpoint ``rl`` the run has made.
        name: of the shipped run; else that of the run.

    Raises:
        RunError: no such run, it is not finished, of another stage, or has made other weights
            than ship; or the name cannot be one.
        CheckpointError: the run's checkpoint or the shipped one is damaged.
        LabError: rollouts of the run are garbled.
    """
    run = read_status(source)
    name = name or run.name
    if not NAME.fullmatch(name):
        raise RunError(f"{name!r} cannot name a run. Use letters, digits, dots and dashes.")
    if (run.stage, run.state) != ("rl", "done"):
        raise RunError(
            f"The run {source!r} is of the stage {run.stage} and {run.state}. Choose an rl run "
            "that is done."
        )
    parent = _parent(run, preset)
    with replaced(paths.shipped_folder() / preset / "runs" / name) as folder:
        write_json(folder / "recipe.json", read_json(run.path / "recipe.json"))
        events = read_jsonl(run.path / "events.jsonl")
        write_jsonl(folder / "events.jsonl", (e for e in events if e["type"] in EVENTS))
        reader = RlReader(run.path)
        for step in spread(reader.steps(), N_STEPS):
            groups = map(_short, reader.groups(step)[:N_GROUPS])
            write_atomic(rollouts_path(folder, step), encode_step(step, groups))
        # Last, as it is what says that there is a run.
        replace(run, name=name, path=folder, pid=None, message="", parent=parent).save()
    return paths.shipped_folder() / preset / "runs" / name


def spread(steps: list[int], n: int) -> list[int]:
    """At most ``n`` of them, as evenly as there are any between the first and the last.

    Of older steps a run keeps but some (``engine.rl.thinning``), so their numbers count.
    """
    if len(steps) <= n:
        return steps
    first, last = steps[0], steps[-1]
    wanted = (first + i * (last - first) / (n - 1) for i in range(n))
    return sorted({min(steps, key=lambda step: abs(step - place)) for place in wanted})


def _parent(run: RunStatus, preset: str) -> str:
    """The parent's name as users find it, if the checkpoint that ships is the run's own.

    The app compares what a shipped run began with and the shipped checkpoint of its stage.
    """
    made, shipped = newest_checkpoint(run.path), paths.shipped_folder() / preset / "rl"
    if made is None:
        raise RunError(f"The run {run.name!r} has no checkpoint. Choose another.")
    about = read_manifest(made)
    if about["files"][WEIGHTS] != read_manifest(shipped)["files"][WEIGHTS]:
        raise RunError(
            f"{shipped} has other weights than the run {run.name!r} made. Ship them first: "
            f"python -m engine.evals.ship {run.name} {preset}/rl"
        )
    return shipped_name(about["parent"])


def _short(group: Group) -> Group:
    return replace(group, attempts=tuple(map(_short_attempt, group.attempts)))


def _short_attempt(attempt: Attempt) -> Attempt:
    after = attempt.logprobs_after
    return replace(
        attempt,
        logprobs=_rounded(attempt.logprobs),
        logprobs_after=None if after is None else _rounded(after),
        advantage=round(attempt.advantage, DECIMALS),
    )


def _rounded(values: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(round(value, DECIMALS) for value in values)


if __name__ == "__main__":
    print(ship_run(*sys.argv[1:4]))
