"""A run as the table has it: its status, and what its folder says beyond that."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.runs import RunStatus

SHIPPED, DAMAGED = "shipped", "damaged"
"""States of rows that are not runs with a status: what comes with the lab, what cannot be read."""


@dataclass(frozen=True, slots=True)
class Extra:
    """What takes reading: files of any length, a folder's size."""

    note: str = ""
    size: int = 0
    """Bytes on disk."""
    figure: tuple[str, float] | None = None
    """The figure that counts, by name, as it stood last."""
    seconds: float | None = None
    """At work so far."""
    whole: bool = True
    """Whether the seconds are of all processes that went on with the run, not of the last only."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table."""

    name: str
    stage: str
    preset: str
    state: str
    step: int
    total_steps: int
    parent: str | None
    started: str
    message: str
    path: Path
    run: RunStatus | None = None
    """What can be steered; None of what is shipped or damaged."""
    extra: Extra | None = None
    """None until it has been read."""

    @property
    def shipped(self) -> bool:
        """Whether it comes with the lab: nothing can be done to it."""
        return self.state == SHIPPED

    @property
    def note(self) -> str:
        """What somebody wrote of it."""
        return self.extra.note if self.extra else ""

    @staticmethod
    def of(run: RunStatus) -> Row:
        """A run's line."""
        return Row(
            name=run.name,
            stage=run.stage,
            preset=run.preset,
            state=run.state,
            step=run.step,
            total_steps=run.total_steps,
            parent=run.parent,
            started=run.started,
            message=run.message,
            path=run.path,
            run=run,
        )


def row_record(row: Row) -> dict[str, Any]:
    """A row of the table, for JSONL and CSV."""
    extra = row.extra
    figure = extra.figure if extra else None
    return {
        "name": row.name,
        "stage": row.stage,
        "preset": row.preset,
        "state": row.state,
        "step": row.step,
        "total_steps": row.total_steps,
        "figure": figure[0] if figure else None,
        "value": figure[1] if figure else None,
        "seconds": extra.seconds if extra else None,
        "bytes": extra.size if extra else None,
        "started": row.started,
        "parent": row.parent,
        "note": row.note,
    }
