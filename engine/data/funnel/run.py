"""A run of the funnel: every stage over all inputs, going on where an earlier process was ended."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from engine.bench.memory import forget_peak, peak_bytes
from engine.data.funnel import stages
from engine.data.funnel.parts import PARTS
from engine.data.funnel.plan import PLAN, Plan
from engine.data.funnel.planning import check_inputs
from engine.data.funnel.report import Report
from engine.data.funnel.results import REPORT, Results
from engine.data.funnel.stages import PartQueue
from engine.data.funnel.tasks import Done
from engine.data.funnel.workers import InThisProcess, Processes, Workers
from engine.errors import DataError
from engine.files import leftovers, make_folder, read_json, write_json

SPENT = "spent.json"
STAGES = ("pages", "duplicates", "texts", "writing")


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far a run is."""

    stage: str
    """Of ``STAGES``."""
    share: float
    """Of the stage, 0 to 1, about."""
    pages: int
    """Judged so far, those of earlier processes counted."""
    kept: int
    """Of these, by the rules so far."""


OnProgress = Callable[[Progress], None]
"""Called often; raises to end the run, which can be resumed."""


def run(plan: Plan, folder: Path, *, on_progress: OnProgress | None = None) -> Report:
    """Do what is left of a run.

    Args:
        plan: what to do.
        folder: of the run; made if it is not there.
        on_progress: told every second while workers are at it, and between the stages; what it
            raises ends the run.

    Raises:
        DataError: the folder holds another run, or an input has changed since it began.
        LabError: the disk is full, or a file of the run is damaged.
        KeyboardInterrupt: passed on; what is whole is kept.
    """
    report = opened(plan, folder)
    if report is not None:
        return report
    running = _Run(plan, folder, on_progress or (lambda _: None))
    with contextlib.closing(running.workers):
        return running.go()


def opened(plan: Plan, folder: Path) -> Report | None:
    """Make the run's folder, or check that it is this run's; the report if it is finished.

    Raises:
        DataError: the folder holds another run, or an input has changed since it began.
        LabError: the disk is full.
    """
    make_folder(folder / PARTS)
    for torn in (*leftovers(folder), *leftovers(folder / PARTS)):
        torn.unlink(missing_ok=True)
    if not (folder / PLAN).exists():
        write_json(folder / PLAN, plan.to_json())
    elif Plan.read(folder) != plan:
        raise DataError(
            f"{folder} holds a run of the funnel with another plan. Resume it as it was begun, or "
            "choose another name."
        )
    if (folder / REPORT).exists():
        shutil.rmtree(folder / PARTS, ignore_errors=True)  # it may have been killed at just that
        return Results(folder).report
    check_inputs(plan, folder)
    return None


class _Run:
    def __init__(self, plan: Plan, folder: Path, on_progress: OnProgress) -> None:
        self._plan = plan
        self._folder = folder
        self._on_progress = on_progress
        self._began = time.monotonic()
        self._spent_before = _spent(folder)
        self._progress = Progress(stage=STAGES[0], share=0.0, pages=0, kept=0)
        self._peaks: dict[int, int] = {}
        self.workers: Workers = (
            Processes(folder, plan.workers) if plan.workers else InThisProcess(folder)
        )

    def go(self) -> Report:
        """All stages; how long they took is written down whatever ends them."""
        forget_peak()
        try:
            return self._stages()
        finally:
            if (self._folder / PARTS).is_dir():
                write_json(self._folder / PARTS / SPENT, self._seconds())

    def _stages(self) -> Report:
        plan, folder = self._plan, self._folder
        queue = PartQueue(plan, folder)

        def judging() -> None:
            self._say("pages", queue.share, pages=queue.pages, kept=queue.kept)

        stages.judge(self.workers, queue, judging, self._seen)
        judging()
        self._say("duplicates", 0.0)
        stages.find_duplicates(plan, folder)
        parts = stages.all_parts(plan, folder)
        stages.finish(
            self.workers, folder, parts, lambda share: self._say("texts", share), self._seen
        )
        self._say("writing", 0.0)
        return stages.write_up(plan, folder, seconds=self._seconds(), peak_bytes=self._peak())

    def _say(self, stage: str, share: float, **counts: int) -> None:
        self._progress = replace(self._progress, stage=stage, share=share, **counts)
        self._on_progress(self._progress)

    def _seen(self, done: Done) -> None:
        self._peaks[done.worker] = done.peak_bytes

    def _peak(self) -> int:
        """Of all processes together, at most."""
        others = (size for pid, size in self._peaks.items() if pid != os.getpid())
        return sum(others) + (peak_bytes() or 0)

    def _seconds(self) -> float:
        return self._spent_before + time.monotonic() - self._began


def _spent(folder: Path) -> float:
    """Seconds that earlier processes were at it, as far as they could write that down."""
    path = folder / PARTS / SPENT
    return float(read_json(path)) if path.exists() else 0.0
