"""How far somebody is in a course."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tui.state.clock import now
from tui.state.database import Database


@dataclass(frozen=True, slots=True)
class StepProgress:
    """What is known of one step."""

    state: str
    """In the course's own words, such as ``done``."""
    evidence: Mapping[str, Any] = field(default_factory=dict)
    """The values that made it so."""
    time: str = ""
    """When, UTC, ISO 8601."""


class CourseState:
    """The steps of all courses, by their ids."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(
        self, course: str, step: str, state: str, evidence: Mapping[str, Any] | None = None
    ) -> StepProgress:
        """Keep a step's state in place of the one before. Raises StateError."""
        progress = StepProgress(state, dict(evidence or {}), now())
        row = (course, step, progress.state, json.dumps(progress.evidence), progress.time)
        self._database.write(
            lambda database: database.execute(
                "INSERT OR REPLACE INTO course VALUES (?, ?, ?, ?, ?)", row
            )
        )
        return progress

    def steps(self, course: str) -> dict[str, StepProgress]:
        """What was noted of a course's steps, in the order in which it was. Raises StateError."""
        rows = self._database.read(
            lambda database: database.execute(
                "SELECT step, state, evidence, time FROM course WHERE course = ? ORDER BY time",
                (course,),
            ).fetchall()
        )
        return {
            step: StepProgress(state, json.loads(evidence), time)
            for step, state, evidence, time in rows
        }

    def forget(self, course: str) -> None:
        """Begin a course anew. Raises StateError."""
        self._database.write(
            lambda database: database.execute("DELETE FROM course WHERE course = ?", (course,))
        )
