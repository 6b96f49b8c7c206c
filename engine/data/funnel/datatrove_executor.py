"""The same run handed out by datatrove: on this machine, on a Slurm cluster, or on Ray.

Each stage is one executor that depends on the one before; a file of the input is a task. The
machines share the run's folder. The executors for Slurm and Ray are built by the same code as the
local one, which is tested; they themselves were never run by this project's tests.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from engine.data.funnel.executors import EXECUTORS
from engine.data.funnel.plan import Plan
from engine.data.funnel.report import Report
from engine.data.funnel.results import REPORT, Results
from engine.data.funnel.run import OnProgress, Progress, opened
from engine.errors import DataError

LOGS = "datatrove"
"""In the run's folder; says which tasks are completed."""
PARTITION, TIME = "LLMLAB_SLURM_PARTITION", "LLMLAB_SLURM_TIME"
DEFAULT_TIME = "24:00:00"
POLL_S = 5.0


def run_with_datatrove(
    plan: Plan, folder: Path, *, executor: str, on_progress: OnProgress | None = None
) -> Report:
    """Do what is left of a run; waits until it is done, wherever it runs.

    Args:
        plan: what to do.
        folder: of the run; on Slurm and Ray one that all machines see under this path.
        executor: of ``EXECUTORS``.
        on_progress: told while others are at work, without figures; what it raises ends the
            waiting. Jobs that a cluster has taken already go on.

    Raises:
        DataError: datatrove is not installed, a setting is missing, or a stage has failed.
        LabError: the disk is full.
    """
    report = opened(plan, folder)
    if report is not None:
        return report
    last = build(plan, folder, executor)
    say = on_progress or (lambda _: None)
    say(Progress(stage="pages", share=0.0, pages=0, kept=0))
    last.run()
    while executor == "datatrove:slurm" and not (folder / REPORT).exists():
        say(Progress(stage="pages", share=0.0, pages=0, kept=0))
        time.sleep(POLL_S)
    if not (folder / REPORT).exists():
        raise DataError(
            f"datatrove ended without a report; {folder / LOGS} says why. Resume the run."
        )
    return Results(folder).report


def build(plan: Plan, folder: Path, executor: str) -> Any:
    """The executor of the last stage, which depends on those of the other ones.

    Raises:
        DataError: datatrove is not installed, or a setting is missing.
    """
    try:
        from engine.data.funnel.datatrove_steps import FindDuplicates, Finish, Judge, WriteUp
    except ImportError as error:
        raise DataError(
            f"datatrove cannot be used ({error}). Install it with: pip install "
            f"'llmlab[{'ray' if executor.endswith('ray') else 'datatrove'}]'"
        ) from error
    n_tasks = max(1, len(plan.inputs))
    last: Any = None
    for number, (step, tasks) in enumerate(
        ((Judge, n_tasks), (FindDuplicates, 1), (Finish, n_tasks), (WriteUp, 1)), start=1
    ):
        logs = folder / LOGS / f"{number}-{step.__name__.lower()}"
        last = _executor(executor, [step(str(folder))], tasks, plan, str(logs), last)
    return last


def _executor(
    name: str, pipeline: list[Any], tasks: int, plan: Plan, logs: str, depends: Any
) -> Any:
    workers = min(tasks, max(1, plan.workers))
    shared = {"pipeline": pipeline, "tasks": tasks, "logging_dir": logs, "depends": depends}
    match name:
        case "datatrove":
            from datatrove.executor import LocalPipelineExecutor

            return LocalPipelineExecutor(**shared, workers=workers)
        case "datatrove:slurm":
            from datatrove.executor import SlurmPipelineExecutor

            return SlurmPipelineExecutor(
                **shared,
                workers=workers,
                job_name=Path(logs).name,
                time=os.environ.get(TIME, DEFAULT_TIME),
                partition=_partition(),
                slurm_logs_folder=f"{logs}/slurm",
            )
        case "datatrove:ray":
            from datatrove.executor import RayPipelineExecutor

            return RayPipelineExecutor(**shared, workers=workers)
    raise DataError(f"There is no executor {name!r}: choose one of {', '.join(EXECUTORS)}.")


def _partition() -> str:
    partition = os.environ.get(PARTITION)
    if not partition:
        raise DataError(f"Slurm needs a partition. Set {PARTITION} to its name.")
    return partition
