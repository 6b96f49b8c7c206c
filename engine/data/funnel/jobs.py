"""Runs of the funnel as folders and processes.

A run's folder holds ``plan.json``, ``status.json``, ``control.json`` (what it is asked to do),
``log.txt``, while it works ``parts/``, and when it is done ``output/``, ``dropped/``,
``clusters.parquet`` and ``report.json``. Whatever ends its process, a resumed run goes on with the
part that was not done.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from engine import background, paths
from engine.background import now
from engine.data.funnel.plan import PLAN, Plan
from engine.errors import DataError
from engine.files import write_json
from engine.shelf import ALIVE, STATUS, Shelf

__all__ = [
    "ALIVE",
    "STATUS",
    "DataStatus",
    "create_run",
    "folder_of",
    "list_runs",
    "prepare_resume",
    "read_run",
    "resume_run",
    "spawn",
    "stop_run",
]

State = Literal["starting", "running", "stopped", "done", "failed", "lost"]
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


_RUNS = Shelf(
    folder=paths.data_folder,
    status=DataStatus,
    noun="run of the funnel",
    error=DataError,
    told=lambda status: f"{status.pages} pages",
    begin="llmlab data run",
)


def create_run(plan: Plan, *, name: str | None = None) -> DataStatus:
    """Create the folder of a run without starting it (``spawn`` or the caller's process does).

    Raises:
        DataError: the name is taken or unusable.
        LabError: the folder of all runs cannot be written to.
    """
    with background.one_at_a_time(paths.data_folder()):
        path = _RUNS.new_folder(name, STEM)
        write_json(path / PLAN, plan.to_json())
        status = DataStatus(
            name=path.name,
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
    return _RUNS.all()


def read_run(name: str) -> DataStatus:
    """The status of one run; a process that died without a word shows as ``lost``.

    Raises:
        DataError: there is no such run, or its status cannot be read.
    """
    return _RUNS.read(name)


def folder_of(name: str) -> Path:
    """Where the run ``name`` lies.

    Raises:
        DataError: there is no such run.
    """
    return _RUNS.path_of(name)


def prepare_resume(name: str) -> DataStatus:
    """Check that a run can be resumed and mark it as starting.

    Raises:
        DataError: no such run, it is finished or at work, or an input has changed.
    """
    from engine.data.funnel.planning import check_inputs

    return _RUNS.prepare_resume(name, lambda path: check_inputs(Plan.read(path), path))


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
    _RUNS.stop(name)
