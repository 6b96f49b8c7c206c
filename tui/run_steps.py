"""What a run tells before and beside its losses: the tables of its steps, its development split.

A run's events come from a file that another version of the lab may have written, and their cells
from models: whatever does not fit is left out, and what is long is cut.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tui.format import finite

MOST_STEPS, MOST_ROWS, MOST_COLUMNS, MOST_CHARACTERS = 12, 12, 8, 400
"""Of a table that is kept; the run's folder has the whole."""


@dataclass(frozen=True, slots=True)
class StepTable:
    """A step of a pipeline: how far it is, and a few of its rows."""

    number: int
    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """Each as long as ``columns``."""
    done: int
    total: int

    @property
    def is_done(self) -> bool:
        """Whether nothing of it is left."""
        return self.done >= self.total

    @property
    def share(self) -> float:
        """How much of it is done."""
        return self.done / self.total if self.total else 1.0

    @staticmethod
    def of(event: Mapping[str, Any]) -> StepTable | None:
        """The table that an event tells, None where it tells none."""
        number, done, total = (event.get(key) for key in ("number", "done", "total"))
        columns, rows = event.get("columns"), event.get("rows")
        if not (isinstance(number, int) and isinstance(done, int) and isinstance(total, int)):
            return None
        if not (1 <= number <= MOST_STEPS and 0 <= done <= total):
            return None
        if not (isinstance(columns, list) and isinstance(rows, list)):
            return None
        heads = tuple(_text(column) for column in columns[:MOST_COLUMNS])
        lines = [row for row in rows if isinstance(row, list)][:MOST_ROWS]
        cells = (([_text(cell) for cell in row] + [""] * len(heads))[: len(heads)] for row in lines)
        return StepTable(
            number=number,
            name=_text(event.get("name", "")),
            columns=heads,
            rows=tuple(map(tuple, cells)),
            done=done,
            total=total,
        )


@dataclass(frozen=True, slots=True)
class Developed:
    """How the model did on the development split at a step; step 0 is its parent."""

    step: int
    score: float
    """``refused_unknown`` minus ``refused_known``: the weights with the best one are kept."""
    refused_unknown: float
    refused_known: float
    correct_given_attempted: float

    @staticmethod
    def of(event: Mapping[str, Any]) -> Developed | None:
        """The figures that an event tells, None where one is missing."""
        step = event.get("step")
        score, unknown, known, correct = (
            finite(event.get(key))
            for key in ("score", "refused_unknown", "refused_known", "correct_given_attempted")
        )
        if not isinstance(step, int) or score is None or unknown is None:
            return None
        if known is None or correct is None:
            return None
        return Developed(step, score, unknown, known, correct)


def best_of(developed: Sequence[Developed]) -> Developed:
    """Whose weights are kept: the highest score, the earliest of equals.

    Raises:
        ValueError: there are none.
    """
    return max(developed, key=lambda each: each.score)


def _text(cell: object) -> str:
    return str(cell)[:MOST_CHARACTERS]
