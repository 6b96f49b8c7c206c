"""Search over everything said and asked, and taking things out of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from tui.state.database import Database
from tui.state.entries import Kind, Subject, clean, folded

MOST_HITS = 600
"""Entries that are looked at, the newest first; a person refines a search that finds more."""

MOST_FOUND = 100
"""Subjects that are listed."""

_ROWS: dict[Subject, tuple[tuple[str, str], ...]] = {
    "conversation": (
        ("conversations", "key"),
        ("exchanges", "conversation"),
        ("decisions", "conversation"),
    ),
    "prompt": (("prompts", "key"), ("answers", "prompt")),
    "decision": (("decisions", "key"),),
    "probe": (("probes", "name"),),
}
"""Of each subject the tables that hold something of it, and their column with its key; a table
before those that refer to it."""

_ENTRY = "place, subject, key, kind, time, model, text, folded"


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was said and holds the words."""

    place: int
    kind: Kind
    model: str
    text: str


@dataclass(frozen=True, slots=True)
class Found:
    """A conversation, a prompt, a decision or a probe with hits."""

    subject: Subject
    key: str
    time: str
    title: str
    """What it began with."""
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Removed:
    """What was taken out, so that it can be put back."""

    subject: Subject
    key: str
    rows: tuple[tuple[str, tuple[Any, ...]], ...]
    """Of each row its table and its values, in the order in which they can be put back."""
    entries: tuple[tuple[Any, ...], ...]
    """What could be searched, without the ids, which others may have by then."""


class History:
    """Finds by words, all of which an entry has to hold, in any order and case."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def search(self, text: str) -> list[Found]:
        """What holds the words, the newest first; everything where there are none.

        Raises:
            StateError: the file cannot be read.
        """
        words = folded(clean(text)).split()
        where = " AND ".join(["instr(folded, ?)"] * len(words)) or "1"

        def work(database: sqlite3.Connection) -> list[Found]:
            hits = database.execute(
                f"SELECT subject, key, time, place, kind, model, text FROM entries WHERE {where} "
                f"ORDER BY time DESC, id DESC LIMIT {MOST_HITS}",
                words,
            ).fetchall()
            return _grouped(database, hits)

        return self._database.read(work)

    def remove(self, subject: Subject, key: str) -> Removed:
        """Take something out for good, but for ``put_back``. Raises StateError."""

        def work(database: sqlite3.Connection) -> Removed:
            rows: list[tuple[str, tuple[Any, ...]]] = []
            tables = _ROWS[subject]
            for table, column in tables:
                found = database.execute(f"SELECT * FROM {table} WHERE {column} = ?", (key,))
                rows += [(table, tuple(row)) for row in found.fetchall()]
            where = "FROM entries WHERE subject = ? AND key = ?"
            found = database.execute(f"SELECT {_ENTRY} {where} ORDER BY id", (subject, key))
            entries = tuple(tuple(row) for row in found.fetchall())
            for table, column in reversed(tables):
                database.execute(f"DELETE FROM {table} WHERE {column} = ?", (key,))
            database.execute(f"DELETE {where}", (subject, key))
            return Removed(subject, key, tuple(rows), entries)

        return self._database.write(work)

    def put_back(self, removed: Removed) -> None:
        """As if it had never been taken out; what was written there since stays.

        Raises:
            StateError: the file cannot be written.
        """

        def work(database: sqlite3.Connection) -> None:
            for table, row in removed.rows:
                marks = ", ".join("?" * len(row))
                database.execute(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", row)
            said = "SELECT DISTINCT place FROM entries WHERE subject = ? AND key = ?"
            since = {place for (place,) in database.execute(said, (removed.subject, removed.key))}
            database.executemany(
                f"INSERT INTO entries ({_ENTRY}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [entry for entry in removed.entries if entry[0] not in since],
            )

        self._database.write(work)


def _grouped(database: sqlite3.Connection, hits: Sequence[Any]) -> list[Found]:
    found: dict[tuple[Subject, str], tuple[str, list[Hit]]] = {}
    for subject, key, time, place, kind, model, text in hits:
        _, of_it = found.setdefault((cast("Subject", subject), key), (time, []))
        of_it.append(Hit(place, cast("Kind", kind), model, text))
    first = "SELECT text FROM entries WHERE subject = ? AND key = ? ORDER BY place, id LIMIT 1"
    return [
        Found(
            subject, key, time, database.execute(first, (subject, key)).fetchone()[0], tuple(of_it)
        )
        for (subject, key), (time, of_it) in list(found.items())[:MOST_FOUND]
    ]
