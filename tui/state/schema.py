"""The tables, as steps from one version of the file to the next.

``PRAGMA user_version`` counts the steps that a file has gone. A step that was ever released is
never changed: what is to be otherwise is another step.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from tui.state.entries import index_conversations

Step = Callable[[sqlite3.Connection], None]


def _conversations(database: sqlite3.Connection) -> None:
    """The tables of ``chats.sqlite``, in which conversations were kept before there was this."""
    _make(
        database,
        """CREATE TABLE conversations (
            key TEXT PRIMARY KEY, model TEXT NOT NULL, title TEXT NOT NULL,
            created TEXT NOT NULL, updated TEXT NOT NULL)""",
        """CREATE TABLE exchanges (
            conversation TEXT NOT NULL REFERENCES conversations (key) ON DELETE CASCADE,
            place INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (conversation, place))""",
        "CREATE INDEX newest ON conversations (updated)",
    )


def _everything_else(database: sqlite3.Connection) -> None:
    """Prompts and their answers, decisions, probes, the session, the course; what is searched."""
    _make(
        database,
        """CREATE TABLE prompts (
            key TEXT PRIMARY KEY, text TEXT NOT NULL, chat INTEGER NOT NULL,
            sampling TEXT NOT NULL, models TEXT NOT NULL, time TEXT NOT NULL)""",
        """CREATE TABLE answers (
            key TEXT PRIMARY KEY,
            prompt TEXT NOT NULL REFERENCES prompts (key) ON DELETE CASCADE,
            place INTEGER NOT NULL, model TEXT NOT NULL, body BLOB NOT NULL, time TEXT NOT NULL)""",
        "CREATE INDEX answers_of ON answers (prompt)",
        """CREATE TABLE decisions (
            key TEXT PRIMARY KEY, time TEXT NOT NULL, tool TEXT NOT NULL, call TEXT NOT NULL,
            decision TEXT NOT NULL, by TEXT NOT NULL, conversation TEXT NOT NULL)""",
        """CREATE TABLE probes (
            name TEXT PRIMARY KEY, checkpoints TEXT NOT NULL, figures TEXT NOT NULL,
            finished TEXT NOT NULL)""",
        "CREATE TABLE session (pane TEXT PRIMARY KEY, memory TEXT NOT NULL, time TEXT NOT NULL)",
        """CREATE TABLE course (
            course TEXT NOT NULL, step TEXT NOT NULL, state TEXT NOT NULL, evidence TEXT NOT NULL,
            time TEXT NOT NULL, PRIMARY KEY (course, step))""",
        "CREATE TABLE kept (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
        """CREATE TABLE entries (
            id INTEGER PRIMARY KEY, subject TEXT NOT NULL, key TEXT NOT NULL,
            place INTEGER NOT NULL, kind TEXT NOT NULL, time TEXT NOT NULL, model TEXT NOT NULL,
            text TEXT NOT NULL, folded TEXT NOT NULL)""",
        "CREATE INDEX entries_of ON entries (subject, key, place)",
        "CREATE INDEX entries_newest ON entries (time)",
    )


STEPS: tuple[Step, ...] = (_conversations, _everything_else)
SCHEMA = len(STEPS)

TABLES = (
    "conversations",
    "exchanges",
    "prompts",
    "answers",
    "decisions",
    "probes",
    "session",
    "course",
    "kept",
    "entries",
)
"""Each after those that its rows refer to."""


def version_of(database: sqlite3.Connection) -> int:
    """How many steps a file has gone."""
    (version,) = database.execute("PRAGMA user_version").fetchone()
    return int(version)


def migrate(database: sqlite3.Connection, *, to: int = SCHEMA) -> None:
    """Go the steps that are left, all or none; harmless where another program was faster."""
    database.execute("BEGIN IMMEDIATE")  # Nobody steps between the look and the writing.
    try:
        steps = STEPS[version_of(database) : to]
        for step in steps:
            step(database)
        if steps:
            database.execute(f"PRAGMA user_version = {to}")
        if steps and to == SCHEMA:
            index_conversations(database)
        database.execute("COMMIT")
    except BaseException:
        database.execute("ROLLBACK")
        raise


def _make(database: sqlite3.Connection, *statements: str) -> None:
    # Not executescript, which would commit what came before.
    for statement in statements:
        database.execute(statement)
