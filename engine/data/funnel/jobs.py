"""Runs of the funnel as folders and processes.

A run's folder holds ``plan.json``, ``status.json``, ``control.json`` (what it is asked to do),
``log.txt``, while it works ``parts/``, and when it is done ``output/``, ``dropped/``,
``clusters.parquet`` and ``report.json``. Whatever ends its process, a resumed run goes on with the
part that was not done.
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from engine import background, paths
from engine.background import now
from engine.data.funnel.plan import PLAN, Plan
from engine.errors import DataError, LabError
from engine.files import disk_error, read_json, write_json

State = Literal["starting", "running", "stopped", "done", "failed", "lost"]
ALIVE: tuple[State, ...] = ("starting", "running")
STATUS = "status.json"
STEM = "funnel"


@dataclass(frozen=True, kw_only=True, slots=True)
class DataStatus(background.Status):
    """What a run of the funnel is doing."""

    state: State
    stage: str
    """Of ``run.STAGES``."""
    share: float
    """Of the stage, 0 to 1, about."""
    pages: int
    """Judged so far."""
    kept: int
    """Of these."""


def create_run(plan: Plan, *, name: str | None = None) -> DataStatus:
    """Create the folder of a run without starting it (``spawn`` or the caller's process does).

    Raises:
        DataError: the name is taken or unusable.
        LabError: the folder of all runs cannot be written to.
    """
    folder = paths.data_folder()
    with background.one_at_a_time(folder):
        name = name if name is not None else background.free_name(folder, STEM)
        if not background.NAME.fullmatch(name):
            raise DataError(
                f"{name!r} cannot name a run of the funnel. Use letters, digits, dots and dashes, "
                "64 at most."
            )
        path = folder / name
        try:
            path.mkdir()
        except FileExistsError as error:
            raise DataError(
                f"There is {path} already. Choose another name; if it is a run of the funnel, "
                "it can be resumed."
            ) from error
        except OSError as error:
            raise disk_error(path, error) from error
        write_json(path / PLAN, plan.to_json())
        status = DataStatus(
            name=name,
            state="starting",
            stage="pages",
            share=0.0,
            pages=0,
            kept=0,
            pid=None,
            started=now(),
            message="",
            heartbeat=time.time(),
            path=path,
        )
        status.save()
        return status


def spawn(status: DataStatus) -> DataStatus:
    """Start the process of a prepared run, detached from this one."""
    return background.spawn("engine.data.funnel", status)


def list_runs() -> list[DataStatus]:
    """All readable runs, newest first."""
    folder = paths.data_folder()
    found = []
    for path in folder.iterdir() if folder.is_dir() else []:
        if (path / STATUS).is_file():
            with contextlib.suppress(LabError):
                found.append(read_run(path.name))
    return sorted(found, key=lambda run: (run.started, run.name), reverse=True)


def read_run(name: str) -> DataStatus:
    """The status of one run; a process that died without a word shows as ``lost``.

    Raises:
        DataError: there is no such run, or its status cannot be read.
    """
    path = folder_of(name)
    try:
        status = DataStatus(**{**read_json(path / STATUS), "path": path})
    except (LabError, TypeError) as error:
        raise DataError(f"The run {name!r} cannot be read: {error}") from error
    if status.state in ALIVE and not status.has_process:
        message = (
            f"Its process ended without a word after {status.pages} pages. Resume it to go on."
        )
        return replace(status, state="lost", pid=None, message=message)
    return status


def folder_of(name: str) -> Path:
    """Where the run ``name`` lies.

    Raises:
        DataError: there is no such run.
    """
    folder = paths.data_folder()
    if not background.NAME.fullmatch(name) or not (folder / name / STATUS).is_file():
        known = sorted(path.parent.name for path in folder.glob(f"*/{STATUS}"))
        raise DataError(
            f"There is no run of the funnel {name[:80]!r}. There are: "
            f"{', '.join(known) or 'none yet (llmlab data run)'}."
        )
    return folder / name


def prepare_resume(name: str) -> DataStatus:
    """Check that a run can be resumed and mark it as starting.

    Raises:
        DataError: no such run, it is finished or at work, or an input has changed.
    """
    from engine.data.funnel.planning import check_inputs

    with background.one_at_a_time(paths.data_folder()):
        status = read_run(name)
        if status.state == "done":
            raise DataError(
                f"The run {name!r} is finished: there is nothing to resume. Start a new one."
            )
        if status.state in ALIVE:
            raise DataError(f"The run {name!r} is {status.state} already (pid {status.pid}).")
        check_inputs(Plan.read(status.path), status.path)
        status = replace(status, state="starting", pid=None, message="", heartbeat=time.time())
        status.save()
        (status.path / "control.json").unlink(missing_ok=True)
        return status


def resume_run(name: str) -> DataStatus:
    """Start the process of a stopped, failed or lost run again.

    Raises:
        DataError: as ``prepare_resume``.
    """
    return spawn(prepare_resume(name))


def stop_run(name: str) -> None:
    """Ask a run to stop; it keeps what it has and can be resumed.

    Raises:
        DataError: no such run, or it is not at work.
    """
    status = read_run(name)
    if status.state not in ALIVE:
        raise DataError(f"The run {name!r} is {status.state}: there is nothing to stop.")
    write_json(status.path / "control.json", {"action": "stop"})
