"""What was found lately, in an SQLite file of the user's own: the same question costs nothing."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TypeVar

from tools.search.clock import Clock
from tools.search.format import Hit

T = TypeVar("T")

HITS_S = 24 * 3600.0
EMPTY_S = 5 * 60.0
"""What is not there now may be there soon."""
MAX_ANSWERS = 2_000

_VERSION = 1
_BUSY_S = 0.25
_CREATE = """
    CREATE TABLE IF NOT EXISTS answer (
        provider TEXT NOT NULL, query TEXT NOT NULL, stored REAL NOT NULL, hits TEXT NOT NULL,
        PRIMARY KEY (provider, query)
    ) WITHOUT ROWID
"""


class Cache:
    """Answers by provider and query. Safe to use from several threads and processes.

    A cache that cannot be used is none: searches go on without it, and ``problem`` says why.

    Args:
        path: the file, made when it is first needed, readable by its owner only.
        clock: the time.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self.problem = ""
        """One sentence; empty while all is well."""
        self._path = path
        self._clock = clock
        self._lock = threading.Lock()
        self._database: sqlite3.Connection | None = None

    def get(self, provider: str, query: str) -> list[Hit] | None:
        """What was found, None where that is not known or too old."""
        return self._tried(lambda database: self._read(database, provider, query))

    def put(self, provider: str, query: str, hits: Sequence[Hit]) -> None:
        """Remember what was found."""
        self._tried(lambda database: self._write(database, provider, query, hits))

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        with self._lock:
            self._drop()

    def _read(self, database: sqlite3.Connection, provider: str, query: str) -> list[Hit] | None:
        row = database.execute(
            "SELECT stored, hits FROM answer WHERE provider = ? AND query = ?", (provider, query)
        ).fetchone()
        if row is None:
            return None
        stored, text = row
        hits = [Hit(**each) for each in json.loads(text)]
        # Younger than now as well: the clock may have been set back.
        fresh = 0 <= self._clock.wall() - stored < (HITS_S if hits else EMPTY_S)
        return hits if fresh else None

    def _write(
        self, database: sqlite3.Connection, provider: str, query: str, hits: Sequence[Hit]
    ) -> None:
        now = self._clock.wall()
        with database:
            database.execute(
                "INSERT OR REPLACE INTO answer (provider, query, stored, hits) VALUES (?, ?, ?, ?)",
                (provider, query, now, json.dumps([asdict(hit) for hit in hits])),
            )
            database.execute("DELETE FROM answer WHERE stored < ?", (now - HITS_S,))
            database.execute(
                "DELETE FROM answer WHERE stored <= "
                "(SELECT stored FROM answer ORDER BY stored DESC LIMIT 1 OFFSET ?)",
                (MAX_ANSWERS,),
            )

    def _tried(self, use: Callable[[sqlite3.Connection], T]) -> T | None:
        with self._lock:
            try:
                result = use(self._opened())
            except (sqlite3.Error, OSError, ValueError, TypeError) as error:
                # ValueError and TypeError: somebody else wrote into the file.
                self.problem = (
                    f"Searches are not cached: {self._path} cannot be used ({error}). Delete it, "
                    "free some space, or check the folder's permissions."
                )
                self._drop()
                return None
            self.problem = ""
            return result

    def _opened(self) -> sqlite3.Connection:
        if self._database is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # Made by hand: SQLite would let everybody read what was asked.
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
            database = sqlite3.connect(self._path, timeout=_BUSY_S, check_same_thread=False)
            try:
                (version,) = database.execute("PRAGMA user_version").fetchone()
                if version not in (0, _VERSION):
                    raise sqlite3.DatabaseError(f"it is of format {version}, not {_VERSION}")
                with database:
                    database.execute(_CREATE)
                    database.execute(f"PRAGMA user_version = {_VERSION}")
            except sqlite3.Error:
                database.close()
                raise
            self._database = database
        return self._database

    def _drop(self) -> None:
        if self._database is not None:
            with contextlib.suppress(sqlite3.Error):  # it is being thrown away because it fails
                self._database.close()
            self._database = None
