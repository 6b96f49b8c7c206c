"""What probes have found, as far as a person could have seen it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tui.state.database import Database
from tui.state.entries import Entry, forget_entries, write_entries


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """A probe that has finished."""

    name: str
    """Its folder, which tells it from a shipped one of the same name."""
    checkpoints: tuple[str, ...]
    headline: str
    """In words, as the history shows it."""
    figures: Mapping[str, Any]
    finished: str
    """When, UTC, ISO 8601."""


class ProbeResults:
    """The results, by the probe's name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def finished(self, name: str) -> str | None:
        """When a probe had finished that was noted, None when it was not. Raises StateError."""
        row = self._database.read(
            lambda database: database.execute(
                "SELECT finished FROM probes WHERE name = ?", (name,)
            ).fetchone()
        )
        return None if row is None else row[0]

    def note(self, result: ProbeResult) -> None:
        """Keep a result in place of the one before. Raises StateError."""
        row = (
            result.name,
            json.dumps(result.checkpoints),
            json.dumps(result.figures),
            result.finished,
        )
        models = ", ".join(result.checkpoints)

        def work(database: sqlite3.Connection) -> None:
            database.execute("INSERT OR REPLACE INTO probes VALUES (?, ?, ?, ?)", row)
            forget_entries(database, "probe", result.name)
            said = Entry(0, "result", models, result.headline)
            write_entries(database, "probe", result.name, result.finished, [said])

        self._database.write(work)
