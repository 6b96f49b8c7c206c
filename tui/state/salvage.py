"""What can be read of a file: of a damaged one as much as possible, of an older one all of it."""

from __future__ import annotations

import contextlib
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tui.state.entries import index_conversations
from tui.state.schema import TABLES

FURTHEST_HOP = 1 << 20
"""Row ids tried at once behind a place that cannot be read; then the rest is given up."""


def salvage(damaged: Path, into: sqlite3.Connection) -> int:
    """Copy what can be read of ``damaged`` into a new file.

    Returns:
        How many rows those are.
    """
    n_rows = 0
    with contextlib.closing(_reading(damaged)) as database:
        into.execute("PRAGMA foreign_keys = OFF")
        into.execute("BEGIN IMMEDIATE")
        try:
            for table in TABLES:
                n_rows += _copied(database, into, table)
            _find_parents(into)
            index_conversations(into)
        finally:
            into.execute("COMMIT")  # What was read by then, also where reading ended early.
            into.execute("PRAGMA foreign_keys = ON")
    return n_rows


def take_over_chats(chats: Path, into: sqlite3.Connection) -> int:
    """Copy the conversations of ``chats.sqlite``, where they were kept before there was this.

    One that both files have gone on with is kept as two.

    Returns:
        How many conversations those are.

    Raises:
        sqlite3.OperationalError: an older llmlab is writing there just now.
    """
    heads, names = ("key", "model", "title", "created", "updated"), {}
    with contextlib.closing(_reading(chats)) as database:
        into.execute("BEGIN IMMEDIATE")
        try:
            for key, *head in _rows(database, "conversations", heads):
                there = into.execute(
                    "SELECT updated FROM conversations WHERE key = ?", (key,)
                ).fetchone()
                if there is not None and there[0] == head[-1]:
                    continue
                names[key] = key if there is None else secrets.token_hex(8)
                into.execute("INSERT INTO conversations VALUES (?,?,?,?,?)", (names[key], *head))
            for key, *body in _rows(database, "exchanges", ("conversation", "place", "body")):
                if key in names:
                    into.execute("INSERT INTO exchanges VALUES (?, ?, ?)", (names[key], *body))
            index_conversations(into)
            into.execute("COMMIT")
        except BaseException:
            into.execute("ROLLBACK")
            raise
    return len(names)


def _copied(database: sqlite3.Connection, into: sqlite3.Connection, table: str) -> int:
    columns = [name for name in _columns(into, table) if name in _columns(database, table)]
    if not columns:
        return 0
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    statement = f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})"
    n_rows = 0
    for row in _rows(database, table, columns):
        try:
            n_rows += into.execute(statement, row).rowcount
        except sqlite3.IntegrityError:
            continue  # A null where there is none: what is left of a damaged cell.
    return n_rows


def _reading(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=1.0, isolation_level=None)
    try:
        database.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            return database
        # To read it as it is used, SQLite would have to write beside it, which it may not here.
        database.close()
        database = sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)
        database.isolation_level = None
    except sqlite3.DatabaseError as error:
        if type(error) is not sqlite3.DatabaseError:
            raise
    return database


def _columns(database: sqlite3.Connection, table: str) -> list[str]:
    try:
        return [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
    except sqlite3.DatabaseError as error:
        if type(error) is not sqlite3.DatabaseError:
            raise
        return []  # Not even its tables can be read.


def _rows(
    database: sqlite3.Connection, table: str, columns: Sequence[str]
) -> Iterator[tuple[Any, ...]]:
    """The rows that can be read, by their ids, hopping further and further over damage."""
    query = f"SELECT rowid, {', '.join(columns)} FROM {table} WHERE rowid > ? ORDER BY rowid"
    at, hop = 0, 1
    while hop <= FURTHEST_HOP:
        try:
            for rowid, *row in database.execute(query, (at,)):
                at, hop = rowid, 1
                yield tuple(row)
            return
        except sqlite3.DatabaseError as error:
            if type(error) is not sqlite3.DatabaseError:
                raise
            at, hop = at + hop, hop * 2


def _find_parents(database: sqlite3.Connection) -> None:
    """Give a head to what has lost its own, so that it can be opened."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    database.execute(
        """INSERT INTO conversations
        SELECT DISTINCT conversation, '', '(what was left of a damaged file)', ?, ? FROM exchanges
        WHERE conversation NOT IN (SELECT key FROM conversations)""",
        (now, now),
    )
    database.execute("DELETE FROM answers WHERE prompt NOT IN (SELECT key FROM prompts)")
