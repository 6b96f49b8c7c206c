"""What a worker can be asked to do, what it answers, and the doing of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from engine.bench.memory import peak_bytes
from engine.data.funnel.finishing import FinishedInfo, Finishing
from engine.data.funnel.parts import Batch, Judging, PartInfo, PartName, Reading
from engine.data.funnel.plan import Plan
from engine.data.funnel.sources import Position


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgePart:
    """Read a part of a file and judge its pages."""

    part: PartName
    start: Position
    fatal: frozenset[int] = frozenset()
    """Records that are skipped, as processes have died at them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FinishPart:
    """Take a part through the last rules."""

    part: PartName


Task = JudgePart | FinishPart


@dataclass(frozen=True, kw_only=True, slots=True)
class WasRead:
    """A part is in memory, so that somebody else can read on behind it meanwhile."""

    part: PartName
    after: Position
    is_last: bool
    is_seekable: bool
    """Whether somebody else could without reading all before it again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WasJudged:
    """A part is judged and written down."""

    info: PartInfo
    worker: int
    """The process that did it."""
    peak_bytes: int
    """The most memory that it has held so far."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WasFinished:
    """A part is finished and written down."""

    info: FinishedInfo
    worker: int
    peak_bytes: int


Answer = WasRead | WasJudged | WasFinished
Done = WasJudged | WasFinished


class Doing:
    """Does tasks; what is slow to set up is kept from one to the next.

    Args:
        folder: of the run, with its plan.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._plan = Plan.read(folder)
        self._reading = Reading(self._plan, folder)

    @cached_property
    def _judging(self) -> Judging:
        return Judging(self._plan, self._folder)

    @cached_property
    def _finishing(self) -> Finishing:
        return Finishing(self._plan, self._folder)

    def do(
        self,
        task: Task,
        *,
        say: Callable[[WasRead], None] | None = None,
        told: Callable[[int], None] | None = None,
    ) -> Done:
        """Do a task.

        Args:
            task: what to do.
            say: called when the part is in memory.
            told: called with the number of each record before it is judged.

        Raises:
            LabError: the disk is full, or a file of the run is damaged.
        """
        match task:
            case JudgePart():
                batch = self._reading.read(task.part, task.start)
                if say is not None:
                    say(_was_read(batch))
                info = self._judging.judge(batch, fatal=task.fatal, told=told)
                return WasJudged(info=info, worker=os.getpid(), peak_bytes=peak_bytes() or 0)
            case FinishPart():
                finished = self._finishing.finish(task.part)
                return WasFinished(info=finished, worker=os.getpid(), peak_bytes=peak_bytes() or 0)


def _was_read(batch: Batch) -> WasRead:
    return WasRead(
        part=batch.name,
        after=batch.after,
        is_last=batch.is_last,
        is_seekable=batch.source.is_seekable,
    )
