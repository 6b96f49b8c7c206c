"""Look into a probe's folder, whether it is at work or long finished. Imports no torch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.background import LineTail
from engine.errors import LabError
from engine.files import read_json
from engine.probes import store
from engine.probes.plan import ProbePlan
from engine.probes.question import Question
from engine.probes.record import Record


class ProbeReader:
    """The read side of a probe's folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._now = _Answers(folder / store.ANSWERS)
        self._before = _Answers(folder / store.ANSWERS_AGAINST)

    @property
    def plan(self) -> ProbePlan:
        """What the probe is to do.

        Raises:
            LabError: ``plan.json`` is missing or damaged.
        """
        path = self.folder / "plan.json"
        return ProbePlan.from_json(read_json(path), path)

    def questions(self) -> list[Question]:
        """All questions; none while they are being made.

        Raises:
            ProbeError: the file is damaged.
        """
        path = self.folder / store.QUESTIONS
        return store.read_questions(path) if path.exists() else []

    def new_records(self) -> list[Record]:
        """Records since the last call, each question's once; damaged lines are left out."""
        return self._now.new()

    def new_before(self) -> list[Record]:
        """The same of the checkpoint that it is compared with."""
        return self._before.new()

    def records(self) -> Iterator[Record]:
        """All records there are now, one by one: a probe may be larger than memory should hold.

        Raises:
            ProbeError: the file cannot be read.
        """
        return store.read_records(self._now.path)

    def before(self) -> Iterator[Record]:
        """The same of the checkpoint that it is compared with.

        Raises:
            ProbeError: the file cannot be read.
        """
        return store.read_records(self._before.path)

    def figures(self) -> dict[str, Any] | None:
        """What ``engine.probes.figures`` made of it; None before the probe has ended or stopped.

        Raises:
            LabError: the file is damaged.
        """
        path = self.folder / store.FIGURES
        if not path.exists():
            return None
        found = read_json(path)
        if not isinstance(found, dict):
            raise LabError(f"{path} holds no figures. Delete it and resume the probe.")
        return found

    def left_out(self) -> list[str]:
        """Questions that were not asked, each a sentence that says where it stands and why.

        Raises:
            LabError: the file is damaged.
        """
        path = self.folder / store.LEFT_OUT
        return [str(sentence) for sentence in read_json(path)] if path.exists() else []


class _Answers:
    """One answers file, read as it grows."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._tail = LineTail(path)
        self._seen: set[str] = set()

    def new(self) -> list[Record]:
        found = []
        for data in self._tail.read():
            record = store.record_from(data)
            # A file that was replaced is read from its beginning again.
            if record is not None and record.id not in self._seen:
                self._seen.add(record.id)
                found.append(record)
        return found
