"""Small things by name, for whoever has no table of their own."""

from __future__ import annotations

import json
from typing import Any

from tui.state.database import Database


class Kept:
    """JSON values by name; a name begins with its owner's, as in ``course.offered``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, name: str, value: Any) -> None:
        """Keep a value in place of the one before. Raises StateError."""
        row = (name, json.dumps(value))
        self._database.write(
            lambda database: database.execute("INSERT OR REPLACE INTO kept VALUES (?, ?)", row)
        )

    def get(self, name: str) -> Any:
        """The value, None when nothing was kept. Raises StateError."""
        row = self._database.read(
            lambda database: database.execute(
                "SELECT value FROM kept WHERE name = ?", (name,)
            ).fetchone()
        )
        return None if row is None else json.loads(row[0])

    def drop(self, name: str) -> None:
        """Forget a value; harmless when there is none. Raises StateError."""
        self._database.write(
            lambda database: database.execute("DELETE FROM kept WHERE name = ?", (name,))
        )
