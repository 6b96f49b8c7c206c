"""The stages of a run as steps of a datatrove pipeline; imports datatrove, an extra."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from datatrove.pipeline.base import PipelineStep

from engine.bench.memory import peak_bytes
from engine.data.funnel import stages
from engine.data.funnel.plan import PLAN, Plan
from engine.data.funnel.stages import PartQueue
from engine.data.funnel.tasks import Done
from engine.data.funnel.workers import InThisProcess


class _Stage(PipelineStep):  # type: ignore[misc]  # datatrove has no types
    """A stage; every task takes its share of the inputs.

    Args:
        folder: of the run.
    """

    type = "llmlab"

    def __init__(self, folder: str) -> None:
        super().__init__()
        self._folder = Path(folder)

    def run(self, data: Any, rank: int = 0, world_size: int = 1) -> Iterator[Any]:
        """What datatrove calls; nothing passes from step to step but through the folder."""
        plan = Plan.read(self._folder)
        with self.track_time():
            self._do(plan, range(rank, len(plan.inputs), world_size))
        yield from data or ()

    @abstractmethod
    def _do(self, plan: Plan, files: range) -> None: ...

    def _seen(self, done: Done) -> None:
        self.stat_update("parts")


class Judge(_Stage):
    """Pages through the rules that need no other page."""

    name = "judge pages"

    def _do(self, plan: Plan, files: range) -> None:
        queue = PartQueue(plan, self._folder, files)
        stages.judge(InThisProcess(self._folder), queue, _no_beat, self._seen)


class FindDuplicates(_Stage):
    """MinHash over all pages that are left."""

    name = "find duplicates"

    def _do(self, plan: Plan, files: range) -> None:
        stages.find_duplicates(plan, self._folder)


class Finish(_Stage):
    """Addresses masked, held-out questions taken out."""

    name = "finish pages"

    def _do(self, plan: Plan, files: range) -> None:
        parts = [part for part in stages.all_parts(plan, self._folder) if part.file in files]
        workers = InThisProcess(self._folder)
        stages.finish(workers, self._folder, parts, _no_share, self._seen)


class WriteUp(_Stage):
    """The tables and the report."""

    name = "write up"

    def _do(self, plan: Plan, files: range) -> None:
        began = (self._folder / PLAN).stat().st_mtime
        stages.write_up(
            plan, self._folder, seconds=time.time() - began, peak_bytes=peak_bytes() or 0
        )


def _no_beat() -> None:
    """Nobody waits beside a task of datatrove's."""


def _no_share(_: float) -> None:
    """As ``_no_beat``."""
