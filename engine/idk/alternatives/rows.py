"""The table: a row for each way, all figures of the same questions. Imports no torch."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from engine.probes.figures import figures
from engine.probes.question import Question
from engine.probes.record import Record

COLUMNS = {
    "refused_unseen": "refused: unseen",
    "refused_strangers": "refused: strangers",
    "refused_known": "refused: head it knew",
    "right_head": "right: head",
    "right": "right: all tiers",
    "right_of_attempted": "right, of attempted",
    "wrong": "wrong: all tiers",
    "f": "F",
    "training_s": "training, s",
}
"""Figures of a row and their heads. All but the last are shares, 0 to 1."""
_ORDER = ("parent", "sentence", "examples", "threshold", "rtuning", "dpo", "search", "idk")


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One way and its figures; None where there is nothing to take a share of."""

    way: str
    title: str
    checkpoint: str
    sha256: str
    """Of the weights that were asked."""
    note: str
    refused_unseen: float | None
    refused_strangers: float | None
    refused_known: float | None
    """Of the head questions that the parent answers rightly: here refusing is a loss."""
    right_head: float | None
    right: float | None
    right_of_attempted: float | None
    wrong: float | None
    """Of everything asked about the tiers: made up."""
    f: float | None
    """SimpleQA's F (arXiv 2411.04368, section 3): harmonic mean of ``right`` and
    ``right_of_attempted``."""
    training_s: float | None
    """From the first step to the last, checks on the development split included; None: unknown."""

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return dataclasses.asdict(self)

    @property
    def cells(self) -> list[str]:
        """The figures as the table shows them; a dash where there is none."""
        return [_shown(name, getattr(self, name)) for name in COLUMNS]


def row_of(
    questions: Sequence[Question],
    records: Sequence[Record],
    before: Sequence[Record],
    *,
    training_s: float | None = 0.0,
    note: str = "",
    **about: str,
) -> Row:
    """The row of some answers.

    Args:
        questions: all that were asked.
        records: the answers.
        before: the parent's, as it is.
        training_s: behind the parent.
        note: what else there is to say.
        about: the row's ``way``, ``title``, ``checkpoint`` and ``sha256``.
    """
    found = figures(questions, records, before)["headline"]
    right, of_attempted = found["accuracy_answerable"], found["correct_given_attempted"]
    return Row(
        **about,
        note=note,
        refused_unseen=found["refusal_unseen"],
        refused_strangers=found["refusal_stranger"],
        refused_known=found["refusal_head_known"],
        right_head=found["head_accuracy"],
        right=right,
        right_of_attempted=of_attempted,
        wrong=found["hallucination_rate"],
        f=harmonic_mean(right, of_attempted),
        training_s=training_s,
    )


def in_order(rows: Iterable[Row]) -> list[Row]:
    """From doing nothing to the lab's own way, in whatever order they were measured."""
    return sorted(rows, key=lambda row: _ORDER.index(row.way))


def harmonic_mean(a: float | None, b: float | None) -> float | None:
    """0 when either is 0; None when there is nothing to take it of."""
    if a is None or b is None:
        return None
    return 2 * a * b / (a + b) if a + b else 0.0


def markdown(rows: Sequence[Row], split: str, per_group: int) -> str:
    """The table and what stands in it."""
    head = ["", *COLUMNS.values()]
    lines = [
        "# Ways to keep a model from making things up",
        "",
        f"{per_group} questions of each tier and about strangers, {split}, the same for each row; "
        "greedy answers. Shares, 0 to 1. F is the harmonic mean of what is right of all tiers and "
        "of what is right of the attempted. Training is counted behind the parent.",
        "",
        "| " + " | ".join(head) + " |",
        "|---" + "|--:" * len(COLUMNS) + "|",
        *("| " + " | ".join([_plain(row.title), *row.cells]) + " |" for row in rows),
        "",
        *(f"- {_plain(row.title)}: {_plain(row.note)}" for row in rows if row.note),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _shown(name: str, value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.0f}" if name == "training_s" else f"{value:.3f}"


def _plain(text: str) -> str:
    """A checkpoint's name is anybody's text: nothing of it may end a cell or a line."""
    return "".join(c if c.isprintable() else " " for c in text).replace("|", "\\|")
