"""What probes found, a line a question: CSV and JSONL. Imports no torch."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from collections.abc import Iterator, Sequence
from typing import Any

from engine.probes.agreement import agreement
from engine.probes.plan import ProbePlan
from engine.probes.question import Question
from engine.probes.reader import ProbeReader
from engine.probes.record import OUTCOMES, Record

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = (
    "probe", "checkpoint", "id", "group", "entity", "attribute", "exposures", "question", "truth",
    "outcome", "answer", "category", *(f"samples_{outcome}" for outcome in OUTCOMES), "agreement",
    "before_outcome", "before_answer", "before_category",
)  # fmt: skip
"""Of the CSV; behind them come the detectors' scores."""


def jsonl_lines(readers: Sequence[ProbeReader]) -> Iterator[str]:
    """Everything: ``{"probe", "checkpoint", "question", "record", "before"}`` a line.

    Raises:
        LabError: a probe is damaged.
    """
    for reader in readers:
        plan = reader.plan
        for question, record, before in _answered(reader):
            line = {
                "probe": reader.folder.name,
                "checkpoint": plan.checkpoint,
                "question": dataclasses.asdict(question),
                "record": record.to_json(),
                "before": None if before is None else before.to_json(),
            }
            yield json.dumps(line) + "\n"


def csv_lines(readers: Sequence[ProbeReader]) -> Iterator[str]:
    """One row a question, for spreadsheets.

    Raises:
        LabError: a probe is damaged.
    """
    scores = list(
        dict.fromkeys(
            name
            for reader in readers
            for name in (reader.figures() or {}).get("detectors", {})
            if name not in COLUMNS
        )
    )
    yield _csv([*COLUMNS, *scores])
    for reader in readers:
        plan = reader.plan
        for question, record, before in _answered(reader):
            row = _row(reader.folder.name, plan, question, record, before)
            yield _csv([*row, *(record.scores.get(name) for name in scores)])


def _answered(reader: ProbeReader) -> Iterator[tuple[Question, Record, Record | None]]:
    questions = {question.id: question for question in reader.questions()}
    before = {record.id: record for record in reader.before()}
    for record in reader.records():
        if record.id in questions:
            yield questions[record.id], record, before.get(record.id)


def _row(
    probe: str, plan: ProbePlan, question: Question, record: Record, before: Record | None
) -> list[Any]:
    drawn = [sample.outcome for sample in record.samples]
    return [
        probe,
        plan.checkpoint,
        question.id,
        question.group,
        question.entity,
        question.attribute,
        question.exposures,
        question.text,
        question.answer,
        record.greedy.outcome,
        record.greedy.text,
        record.category,
        *(drawn.count(outcome) for outcome in OUTCOMES),
        agreement(record.samples),
        *(
            (None, None, None)
            if before is None
            else (before.greedy.outcome, before.greedy.text, before.category)
        ),
    ]


def _csv(values: Sequence[Any]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow([_cell(value) for value in values])
    return line.getvalue()


def _cell(value: Any) -> Any:
    """A spreadsheet evaluates what looks like a formula: other people's text must not."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
