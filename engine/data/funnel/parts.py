"""A run's parts: about a thousand pages each, the piece that is kept or lost when a run is killed.

The files of a part appear whole, and the one that says so appears last; a part without it is done
again. What stands in them depends on the input only, so a run that was killed and resumed leaves
the same bytes as one that was left alone.
"""

from __future__ import annotations

import dataclasses
import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from engine.data.funnel import minhash
from engine.data.funnel.blocklist_file import blocklist_of
from engine.data.funnel.document import Document, Drop, SourcePage
from engine.data.funnel.filtering import PageFilter
from engine.data.funnel.plan import Plan
from engine.data.funnel.report import SkippedRecord
from engine.data.funnel.sources import Found, Position, Source, open_source
from engine.data.funnel.tables import DROPPED, KEPT, write_rows
from engine.errors import DataError, LabError
from engine.files import read_json, write_atomic, write_json

PARTS = "parts"
FOUND = {**KEPT, "n_bytes": "int64", "cut_lines": "int64"}
"""Columns of the pages that have passed the rules of their own."""
MOST_SKIPPED = 100
"""Skipped records that a part and a report name; the others are counted."""
Told = Callable[[int], None]
"""Called with the number of the record that is at work."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PartName:
    """Which part: the number of its input file, and its own in that file."""

    file: int
    number: int

    def path(self, folder: Path, ending: str) -> Path:
        """One of its files, in the run's ``folder``."""
        return folder / PARTS / f"{self.file:05d}-{self.number:06d}.{ending}"


@dataclass(frozen=True, kw_only=True, slots=True)
class PartInfo:
    """What became of the pages of a part, by the rules that need no other page."""

    file: int
    number: int
    start: Position
    after: Position
    """Where the next part begins."""
    is_last: bool
    share: float
    """Of the file, about what lies before the part's end."""
    pages: int
    bytes: int
    kept: int
    dropped: Mapping[str, tuple[int, int]]
    """Rule to pages and their bytes."""
    skipped: tuple[SkippedRecord, ...]
    n_skipped: int

    @property
    def name(self) -> PartName:
        """Which part it is."""
        return PartName(file=self.file, number=self.number)

    def write(self, folder: Path) -> None:
        """Say that the part is done.

        Raises:
            LabError: the disk is full.
        """
        write_json(self.name.path(folder, "json"), dataclasses.asdict(self))

    @classmethod
    def read(cls, folder: Path, name: PartName) -> PartInfo | None:
        """A part that is done; None where it is not.

        Raises:
            DataError: what says so is damaged.
        """
        path = name.path(folder, "json")
        if not path.exists():
            return None
        try:
            data = read_json(path)
            return cls(
                **{
                    **data,
                    "start": Position(**data["start"]),
                    "after": Position(**data["after"]),
                    "dropped": {rule: (n, size) for rule, (n, size) in data["dropped"].items()},
                    "skipped": tuple(SkippedRecord(**record) for record in data["skipped"]),
                }
            )
        except (LabError, KeyError, TypeError, ValueError) as error:
            raise DataError(
                f"{path} is damaged ({error}). Delete it and resume: the part is done again."
            ) from error


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """The pages of a part, read and not yet judged."""

    name: PartName
    source: Source
    found: list[Found]
    start: Position
    after: Position
    is_last: bool


class Reading:
    """Reads the parts of files; goes on in a file that it has open, without looking for the place.

    Args:
        plan: of the run.
        folder: of the run.
    """

    def __init__(self, plan: Plan, folder: Path) -> None:
        self._plan = plan
        self._folder = folder
        self._open: tuple[int, Position, Source, Iterator[Found]] | None = None

    def read(self, name: PartName, start: Position) -> Batch:
        """The part that begins at ``start``."""
        source, pages = self._at(name.file, start)
        found: list[Found] = []
        after, size = start, 0
        is_last = True
        for one in pages:
            found.append(one)
            after = one.after
            size += len(one.page.body) if one.page is not None else 0
            if len(found) >= self._plan.part_pages or size >= self._plan.part_bytes:
                is_last = False
                break
        self._open = None if is_last else (name.file, after, source, pages)
        return Batch(
            name=name, source=source, found=found, start=start, after=after, is_last=is_last
        )

    def _at(self, file: int, start: Position) -> tuple[Source, Iterator[Found]]:
        if self._open is not None and self._open[:2] == (file, start):
            return self._open[2:]
        given = self._plan.inputs[file]
        source = open_source(self._plan.path_of(given, self._folder), given.name)
        return source, source.read(start)


@dataclass(slots=True)
class _Outcome:
    """What is counted while the pages of a part are judged."""

    kept: list[dict[str, Any]] = field(default_factory=list)
    dropped: list[dict[str, Any]] = field(default_factory=list)
    skipped: list[SkippedRecord] = field(default_factory=list)
    pages: int = 0
    bytes: int = 0
    removed: Counter[str] = field(default_factory=Counter)
    removed_bytes: Counter[str] = field(default_factory=Counter)


class Judging:
    """Takes the pages of a part through the rules that need no other page.

    Args:
        plan: of the run.
        folder: of the run.
    """

    def __init__(self, plan: Plan, folder: Path) -> None:
        self._plan = plan
        self._folder = folder
        self._filter = PageFilter(plan.thresholds, blocklist_of(plan))

    def judge(
        self, batch: Batch, *, fatal: frozenset[int] = frozenset(), told: Told | None = None
    ) -> PartInfo:
        """Judge a part and write it down.

        Args:
            batch: what was read.
            fatal: numbers of records that two processes have died at; they are skipped.
            told: called before each record.

        Raises:
            LabError: the disk is full.
        """
        outcome = _Outcome()
        file = self._plan.inputs[batch.name.file].name
        for found in batch.found:
            if found.record is not None and found.record in fatal:
                why = "two processes have died at it, or came to no end with it"
                outcome.skipped.append(SkippedRecord(file=file, record=found.record, why=why))
            elif found.page is None:
                why = found.why or "there is no page"
                outcome.skipped.append(SkippedRecord(file=file, record=found.record, why=why))
            else:
                if told is not None and found.record is not None:
                    told(found.record)
                self._judge_one(found.page, outcome)
        return self._written(batch, outcome)

    def _judge_one(self, page: SourcePage, outcome: _Outcome) -> None:
        size = len(page.body)
        outcome.pages += 1
        outcome.bytes += size
        judged = self._filter.judge(page)
        if isinstance(judged, Drop):
            outcome.removed[judged.rule] += 1
            outcome.removed_bytes[judged.rule] += size
            outcome.dropped.append(dropped_row(judged, size))
        else:
            outcome.kept.append(kept_row(judged, size))

    def _written(self, batch: Batch, outcome: _Outcome) -> PartInfo:
        name = batch.name
        write_rows(name.path(self._folder, "kept.parquet"), FOUND, outcome.kept)
        write_rows(name.path(self._folder, "dropped.parquet"), DROPPED, outcome.dropped)
        if self._plan.minhash:
            data = io.BytesIO()
            np.save(data, minhash.signatures(row["text"] for row in outcome.kept))
            write_atomic(name.path(self._folder, "npy"), data.getvalue())
        info = PartInfo(
            file=name.file,
            number=name.number,
            start=batch.start,
            after=batch.after,
            is_last=batch.is_last,
            share=1.0 if batch.is_last else batch.source.share(batch.after),
            pages=outcome.pages,
            bytes=outcome.bytes,
            kept=len(outcome.kept),
            dropped={rule: (n, outcome.removed_bytes[rule]) for rule, n in outcome.removed.items()},
            skipped=tuple(outcome.skipped[:MOST_SKIPPED]),
            n_skipped=len(outcome.skipped),
        )
        info.write(self._folder)
        return info


def kept_row(document: Document, n_bytes: int) -> dict[str, Any]:
    """A row of a table with the columns ``FOUND``."""
    return {
        "id": document.id,
        "url": document.url,
        "text": document.text,
        "language": document.language,
        "language_score": document.language_score,
        "n_bytes": n_bytes,
        "cut_lines": document.cut_lines,
    }


def dropped_row(drop: Drop, n_bytes: int) -> dict[str, Any]:
    """A row of a table with the columns ``DROPPED``."""
    value = drop.value if isinstance(drop.value, str) else f"{drop.value:.6g}"
    return {
        "id": drop.id,
        "url": drop.url,
        "rule": drop.rule,
        "value": value,
        "threshold": drop.threshold,
        "evidence": drop.evidence,
        "text": drop.text,
        "n_bytes": n_bytes,
    }


def parts_of(folder: Path, n_files: int) -> Iterator[PartInfo]:
    """All parts that are done, in the order of the input, each file's up to its first gap.

    Raises:
        DataError: one is damaged.
    """
    for file in range(n_files):
        number = 0
        while (info := PartInfo.read(folder, PartName(file=file, number=number))) is not None:
            yield info
            number += 1
            if info.is_last:
                break
