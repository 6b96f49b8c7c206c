"""The stages of a run, each over whatever part of it a process is given.

All that passes from one to the next lies in the run's folder, so they may run in one process, in
several, or on several machines that share the folder; each leaves out what is done.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from engine.data.funnel.clustering import cluster, is_clustered
from engine.data.funnel.finishing import FinishedInfo
from engine.data.funnel.merging import merge
from engine.data.funnel.parts import PARTS, PartInfo, PartName, parts_of
from engine.data.funnel.plan import Plan
from engine.data.funnel.report import Report
from engine.data.funnel.reporting import make_report
from engine.data.funnel.results import REPORT
from engine.data.funnel.sources import Position
from engine.data.funnel.tasks import (
    Answer,
    Done,
    FinishPart,
    JudgePart,
    Task,
    WasJudged,
    WasRead,
)
from engine.data.funnel.workers import Beat, Workers
from engine.errors import DataError
from engine.files import write_json

Seen = Callable[[Done], None]
"""Called with every part that is done."""


class PartQueue:
    """Which parts of some files are to be judged; those that are done already are counted only.

    Args:
        plan: of the run.
        folder: of the run.
        files: numbers of the inputs (default: all).
    """

    def __init__(self, plan: Plan, folder: Path, files: Iterable[int] | None = None) -> None:
        self._folder = folder
        self._sizes = [file.size for file in plan.inputs]
        self._shares = [0.0] * len(plan.inputs)
        self._files = list(range(len(plan.inputs)) if files is None else files)
        self._given_out: set[PartName] = set()
        self.pages = 0
        """In all parts that are done."""
        self.kept = 0
        """Of these, by the rules so far."""

    @property
    def share(self) -> float:
        """Of all bytes of the input, about what is judged."""
        done = sum(size * share for size, share in zip(self._sizes, self._shares, strict=True))
        return done / max(1, sum(self._sizes))

    def first(self) -> Iterator[Task]:
        """The first part of each file that is not done."""
        for file in self._files:
            yield from self._from(PartName(file=file, number=0), Position())

    def behind(self, part: PartName, after: Position) -> Iterator[Task]:
        """The next part of the file behind ``part``, unless somebody is at it already."""
        yield from self._from(PartName(file=part.file, number=part.number + 1), after)

    def _from(self, name: PartName, start: Position) -> Iterator[Task]:
        while (info := PartInfo.read(self._folder, name)) is not None:
            if name not in self._given_out:
                self._given_out.add(name)
                self.count(info)
            if info.is_last:
                return
            name, start = PartName(file=name.file, number=name.number + 1), info.after
        if name not in self._given_out:
            self._given_out.add(name)
            yield JudgePart(part=name, start=start)

    def count(self, info: PartInfo) -> None:
        """Count a part that is written down."""
        self.pages += info.pages
        self.kept += info.kept
        self._shares[info.file] = max(self._shares[info.file], info.share)


def judge(workers: Workers, queue: PartQueue, beat: Beat, seen: Seen) -> None:
    """All pages through the rules that need no other page.

    Raises:
        LabError: the disk is full, or a file of the run is damaged.
    """

    def answered(_: Task, answer: Answer) -> Iterable[Task]:
        match answer:
            case WasRead() if answer.is_seekable and not answer.is_last:
                return list(queue.behind(answer.part, answer.after))
            case WasJudged(info=info):
                seen(answer)
                queue.count(info)
                return [] if info.is_last else list(queue.behind(info.name, info.after))
        return []

    workers.work(list(queue.first()), answered, beat)


def find_duplicates(plan: Plan, folder: Path) -> None:
    """MinHash over the pages of all parts, if the plan has it and it is not done.

    Raises:
        DataError: a part is damaged.
        LabError: the disk is full.
    """
    if plan.minhash and not is_clustered(folder):
        cluster(folder, all_parts(plan, folder))


def finish(
    workers: Workers,
    folder: Path,
    parts: list[PartInfo],
    beat: Callable[[float], None],
    seen: Seen,
) -> None:
    """All pages of ``parts`` that are left through the last rules.

    Args:
        workers: who does it.
        folder: of the run.
        parts: judged already, and their pages clustered.
        beat: called all the time, with the share of the parts that is done.
        seen: called with each part that is done.

    Raises:
        LabError: the disk is full, or a file of the run is damaged.
    """
    left = [part.name for part in parts if FinishedInfo.read(folder, part.name) is None]
    n_done = len(parts) - len(left)

    def answered(_: Task, answer: Answer) -> Iterable[Task]:
        nonlocal n_done
        assert not isinstance(answer, WasRead)
        seen(answer)
        n_done += 1
        return []

    tasks = [FinishPart(part=name) for name in left]
    workers.work(tasks, answered, lambda: beat(n_done / max(1, len(parts))))


def write_up(plan: Plan, folder: Path, *, seconds: float, peak_bytes: int) -> Report:
    """The tables and the report of a run whose parts are all finished; the parts are deleted.

    Args:
        plan: of the run.
        folder: of the run.
        seconds: that it took.
        peak_bytes: of memory, of all its processes together.

    Raises:
        DataError: a part is missing or damaged.
        LabError: the disk is full.
    """
    parts = all_parts(plan, folder)
    finished = [_finished(folder, part) for part in parts]
    merge(folder, parts, plan.format)
    report = make_report(plan, folder, parts, finished, seconds=seconds, peak_bytes=peak_bytes)
    write_json(folder / REPORT, report.to_json())
    shutil.rmtree(folder / PARTS, ignore_errors=True)
    return report


def all_parts(plan: Plan, folder: Path) -> list[PartInfo]:
    """The parts of all inputs, in order.

    Raises:
        DataError: one is damaged, or an input is not done.
    """
    parts = list(parts_of(folder, len(plan.inputs)))
    n_whole = sum(part.is_last for part in parts)
    if n_whole != len(plan.inputs):
        raise DataError(
            f"Only {n_whole} of {len(plan.inputs)} inputs of {folder} are judged to their end. "
            "Resume the run."
        )
    return parts


def _finished(folder: Path, part: PartInfo) -> FinishedInfo:
    info = FinishedInfo.read(folder, part.name)
    if info is None:
        raise DataError(
            f"Part {part.number} of input {part.file} of {folder} is not finished. Resume the run."
        )
    return info
