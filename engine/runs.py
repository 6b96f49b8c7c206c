"""Training runs as folders and processes; no torch here.

A run's folder holds ``recipe.json``, ``status.json``, ``control.json`` (what it is asked to do),
``events.jsonl``, ``log.txt``, ``checkpoints/step-*`` and ``state-*.safetensors`` to resume from.
The process is a child of nobody: it goes on when the terminal closes. Requests are files that the
loop reads between steps, which works alike on every system and over a crash of either side.
"""

from __future__ import annotations

import contextlib
import math
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from engine import background, paths
from engine.background import LineTail, now
from engine.errors import LabError, RunError
from engine.files import disk_error, listing, read_json, write_json
from engine.manifest import find_checkpoint
from engine.rl.plan import RlPlan
from engine.train.recipe import PARENT_STAGE, Recipe, recipe

Action = Literal["pause", "continue", "stop"]
State = Literal["starting", "running", "paused", "stopped", "done", "failed", "lost"]
ALIVE: tuple[State, ...] = ("starting", "running", "paused")
TOKENIZER = "tokenizer.json"
"""Of a run that is not to train its own on the web."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RunStatus(background.Status):
    """What a run is doing."""

    state: State
    stage: str
    preset: str
    step: int
    total_steps: int
    parent: str | None


def list_runs() -> list[RunStatus]:
    """All readable runs, newest first.

    Raises:
        LabError: their folder cannot be read.
    """
    found = []
    for path in listing(paths.runs_folder()):
        with contextlib.suppress(LabError):
            found.append(read_status(path.name))
    return sorted(found, key=lambda run: (run.started, run.name), reverse=True)


def read_status(name: str) -> RunStatus:
    """The status of one run; a process that died without a word shows as ``lost``.

    Raises:
        RunError: there is no such run, or its status cannot be read.
    """
    path = folder_of(name)
    try:
        data = read_json(path / "status.json")
        # A copied folder is a run of its own, by the name that it has now.
        status = RunStatus(**{**data, "path": path, "name": name})
        _check_types(status)
    except (LabError, TypeError) as error:
        raise RunError(f"The run {name!r} cannot be read: {error}") from error
    if status.state in ALIVE and not status.has_process:
        message = f"{status.how_it_ended} at step {status.step}. Resume it to go on."
        return replace(status, state="lost", pid=None, message=message)
    if status.state in ALIVE and status.is_stuck:
        return replace(status, message=status.stuck_words)
    return status


def _check_types(status: RunStatus) -> None:
    """Raise TypeError for a file that a hand has edited: what sorts runs would fall over it."""
    words = ("state", "started", "message", "stage", "preset")
    if not all(isinstance(getattr(status, name), str) for name in words):
        raise TypeError(f"one of {', '.join(words)} is no text")
    numbers = ("step", "total_steps", "heartbeat")
    found = [getattr(status, name) for name in numbers]
    if not all(isinstance(value, int | float) and math.isfinite(value) for value in found):
        raise TypeError(f"one of {', '.join(numbers)} is no number")
    if not isinstance(status.pid, int | None) or not isinstance(status.parent, str | None):
        raise TypeError("pid or parent is of another kind")


def folder_of(name: str) -> Path:
    """The folder of a run, which may be damaged.

    Raises:
        RunError: there is none of that name.
    """
    path = paths.runs_folder() / name
    if not background.NAME.fullmatch(name) or not path.is_dir():
        known = [p.name for p in paths.runs_folder().glob("*") if p.is_dir()]
        raise RunError(
            f"There is no run {name!r}. There are: {', '.join(sorted(known)) or 'none yet'}."
        )
    return path


def start_run(
    stage: str,
    *,
    preset: str = "nano",
    from_checkpoint: str | None = None,
    name: str | None = None,
    steps: int | None = None,
    method: str | None = None,
    rl: RlPlan | None = None,
    seed: int | None = None,
    data: str | None = None,
    tokenizer: str | None = None,
) -> RunStatus:
    """Create a run's folder and start its process.

    ``method`` is for the stage ``idk``, ``rl`` for the stage ``rl``, ``data`` and ``tokenizer`` are
    for the stage ``base``; see ``recipe``.

    Raises:
        RunError: another run is training, the name is taken or unusable, the recipe is wrong.
        CheckpointError: the parent or the tokenizer does not exist.
        DataError: there is no such corpus.
        LabError: the folder of all runs cannot be written to.
    """
    status = create_run(
        recipe(
            stage,
            preset,
            steps=steps,
            method=method,
            rl=rl,
            seed=seed,
            data=data,
            tokenizer=tokenizer,
        ),
        from_checkpoint=from_checkpoint,
        name=name,
    )
    return spawn(status)


def create_run(recipe: Recipe, *, from_checkpoint: str | None, name: str | None) -> RunStatus:
    """Create the folder of a run without starting it (``spawn`` or the caller's process does)."""
    with background.one_at_a_time(paths.runs_folder()):
        refuse_second(None)
        return _create_run(recipe, from_checkpoint, name)


def _create_run(recipe: Recipe, from_checkpoint: str | None, name: str | None) -> RunStatus:
    parent_stage = PARENT_STAGE[recipe.stage]
    if parent_stage is None and from_checkpoint is not None:
        raise RunError(
            f"A {recipe.stage} run starts from nothing, not from {from_checkpoint!r}. "
            "Leave --from out."
        )
    parent = None
    if parent_stage is not None:
        parent = from_checkpoint or _default_parent(parent_stage, recipe.preset)
        info = find_checkpoint(parent)
        if recipe.rl is not None:
            from engine.rl.check import check_parent  # brings all tasks: not with every command

            check_parent(recipe.rl, info)
    if recipe.data is not None:
        from engine.data.corpora import absolute_spec

        # The run's process works in another folder than the one that a path was written for.
        recipe = replace(recipe, data=absolute_spec(recipe.data))
    tokenizer = None
    if recipe.tokenizer is not None:
        from engine.vocab.own import tokenizer_for

        tokenizer = tokenizer_for(recipe.tokenizer, recipe.model.vocab_size)
    kind = recipe.stage if recipe.method == "value" else f"{recipe.stage}-{recipe.method}"
    path = _new_folder(kind, name)
    if tokenizer is not None:
        tokenizer.save(path / TOKENIZER)
    write_json(path / "recipe.json", recipe.to_json())
    status = new_status(recipe, path, parent)
    status.save()
    return status


def new_status(recipe: Recipe, folder: Path, parent: str | None) -> RunStatus:
    """The status of work by ``recipe`` that begins now in ``folder``; not saved."""
    return RunStatus(
        name=folder.name,
        stage=recipe.stage,
        preset=recipe.preset,
        state="starting",
        step=0,
        total_steps=recipe.steps,
        pid=None,
        started=now(),
        parent=parent,
        message="",
        heartbeat=time.time(),
        path=folder,
    )


def _default_parent(stage: str, preset: str) -> str:
    """The newest finished run of the stage before, else the shipped checkpoint."""
    for run in list_runs():
        if (run.stage, run.preset, run.state) == (stage, preset, "done"):
            return run.name
    return f"{preset}/{stage}"


def _new_folder(kind: str, name: str | None) -> Path:
    folder = paths.runs_folder()
    try:
        if name is None:
            name = background.free_name(folder, kind)
        if not background.NAME.fullmatch(name):
            raise RunError(
                f"{name!r} cannot name a run. Use letters, digits, dots and dashes, 64 at most."
            )
        (folder / name).mkdir()
    except FileExistsError as error:
        raise RunError(
            f"There is a run {name!r} already. Choose another --out, or --resume {name}."
        ) from error
    except OSError as error:
        raise disk_error(folder, error) from error
    return folder / name


def resume_run(name: str) -> RunStatus:
    """Start the process of a stopped, failed or lost run again, from its last saved state.

    Raises:
        RunError: no such run, it is finished or training, or another one is training.
    """
    return spawn(prepare_resume(name))


def prepare_resume(name: str) -> RunStatus:
    """Check that a run can be resumed and mark it as starting."""
    with background.one_at_a_time(paths.runs_folder()):
        return _prepare_resume(name)


def _prepare_resume(name: str) -> RunStatus:
    status = read_status(name)
    if status.state == "done":
        raise RunError(
            f"The run {name!r} is finished: there is nothing to resume. Start a new one."
        )
    if status.state in ALIVE:
        raise RunError(f"The run {name!r} is {status.state} already (pid {status.pid}).")
    refuse_second(name)
    status = replace(status, state="starting", pid=None, message="", heartbeat=time.time())
    status.save()
    (status.path / "control.json").unlink(missing_ok=True)
    return status


def refuse_second(own_name: str | None) -> None:
    """Raise RunError when a run other than ``own_name`` is training: they would share the cores."""
    for run in list_runs():
        if run.name != own_name and run.state in ALIVE:
            raise RunError(
                f"The run {run.name!r} is {run.state} (step {run.step} of {run.total_steps}); two "
                "trainings would slow each other down. Wait for it, or stop it first."
            )


def spawn(status: RunStatus) -> RunStatus:
    """Start the training process of a prepared run, detached from this one."""
    return background.spawn("engine.train", status)


def request(name: str, action: Action) -> None:
    """Ask a run to pause (the process waits), to continue, or to stop (it saves and exits).

    Raises:
        RunError: no such run, or it is not alive.
    """
    status = read_status(name)
    if status.state not in ALIVE:
        raise RunError(
            f"The run {name!r} is {status.state}, so it cannot {action}. Resume it first."
        )
    write_json(status.path / "control.json", {"action": action})


class EventTail(LineTail):
    """Reads the new whole lines of a run's ``events.jsonl`` each time it is asked.

    Args:
        run_path: the run's folder.
        name: of another file that holds events, as ``curve.jsonl`` of a checkpoint does.
    """

    def __init__(self, run_path: Path, name: str = "events.jsonl") -> None:
        super().__init__(run_path / name)
