"""A probe's files: questions written first and whole, answers a line each as they come.

A line is whole or it is not there; a damaged one is left out and its question asked again. Imports
no torch.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from engine.background import drop_half_line
from engine.errors import ProbeError
from engine.files import disk_error, write_atomic
from engine.probes.question import Question
from engine.probes.record import Record

QUESTIONS, ANSWERS = "questions.jsonl", "answers.jsonl"
ANSWERS_AGAINST = "answers-against.jsonl"
DEVELOPMENT_QUESTIONS = "development-questions.jsonl"
DEVELOPMENT_ANSWERS = "development-answers.jsonl"
LEFT_OUT = "left-out.json"
FIGURES = "figures.json"


def write_questions(path: Path, questions: Iterable[Question]) -> None:
    """Write all questions at once.

    Raises:
        LabError: the disk is full.
    """
    write_atomic(path, b"".join(_line(dataclasses.asdict(question)) for question in questions))


def read_questions(path: Path) -> list[Question]:
    """Read what ``write_questions`` wrote.

    Raises:
        ProbeError: the file is missing or damaged.
    """
    questions: list[Question] = []
    try:
        with path.open("rb") as file:
            questions.extend(map(_question, file))
    except OSError as error:
        raise ProbeError(f"{path} cannot be read: {error.strerror}. Start a new probe.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ProbeError(
            f"{path}, line {len(questions) + 1}, is no question. Restore the file, or start a new "
            "probe."
        ) from error
    return questions


def _question(line: bytes) -> Question:
    data = json.loads(line)
    return Question(**{**data, **{name: tuple(data[name]) for name in ("aliases", "wordings")}})


def record_from(data: dict[str, Any]) -> Record | None:
    """A record of a line's object; None if it is none."""
    with contextlib.suppress(KeyError, TypeError, AttributeError):
        return Record.from_json(data)
    return None


def read_records(path: Path) -> Iterator[Record]:
    """Yield the records of an answers file, each question's first one; none if there is no file.

    Raises:
        ProbeError: the file cannot be read.
    """
    seen: set[str] = set()
    try:
        with path.open("rb") as file:
            for line in file:
                record = _record(line)
                if record is not None and record.id not in seen:
                    seen.add(record.id)
                    yield record
    except FileNotFoundError:
        return
    except OSError as error:
        raise ProbeError(f"{path} cannot be read: {error.strerror}. Check the file.") from error


def _record(line: bytes) -> Record | None:
    if not line.endswith(b"\n"):
        return None
    try:
        data = json.loads(line)
    except ValueError:
        return None
    return record_from(data) if isinstance(data, dict) else None


class AnswerFile:
    """Appends to an answers file; opening one that a crash left mends it."""

    def __init__(self, path: Path) -> None:
        drop_half_line(path)
        self._path = path
        self.done = {record.id for record in read_records(path)}
        """Ids of the questions that are answered."""

    def append(self, records: Sequence[Record]) -> None:
        """Write records down for good.

        Raises:
            LabError: the disk is full.
        """
        data = b"".join(_line(record.to_json()) for record in records)
        try:
            with self._path.open("ab") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise disk_error(self._path, error) from error
        self.done.update(record.id for record in records)

    def left(self, questions: Sequence[Question]) -> list[Question]:
        """Those questions that have no answers yet."""
        return [question for question in questions if question.id not in self.done]


def _line(value: dict[str, Any]) -> bytes:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False) + "\n"
    # Half of a surrogate pair, as somebody's question may hold, has no UTF-8: escape it.
    return text.encode("utf-8", "backslashreplace")
