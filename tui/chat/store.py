"""Conversations on disk: one SQLite file, written as they go. Blocking: call it in a thread.

Several programs may have the file open: each call is one short transaction, and the last one to
write a conversation wins. A damaged file is set aside under another name, never deleted.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from engine import paths
from engine.errors import LabError
from engine.files import disk_error
from tui.chat.conversation import Conversation
from tui.chat.record import from_json, to_json

SCHEMA = 1
BUSY_S = 5.0
"""How long a call waits for another program that is writing."""

_TABLES = """
CREATE TABLE IF NOT EXISTS conversations (
    key TEXT PRIMARY KEY, model TEXT NOT NULL, title TEXT NOT NULL,
    created TEXT NOT NULL, updated TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS exchanges (
    conversation TEXT NOT NULL REFERENCES conversations (key) ON DELETE CASCADE,
    place INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (conversation, place));
CREATE INDEX IF NOT EXISTS newest ON conversations (updated);
"""


class StoreError(LabError):
    """Conversations that cannot be kept or read; they stay on the screen."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of the list of conversations."""

    key: str
    title: str
    model: str
    updated: str
    n_exchanges: int


@dataclass(frozen=True, slots=True)
class Packed:
    """A conversation as rows of the tables: what a thread can write while the talk goes on."""

    head: tuple[str, str, str, str, str]
    bodies: tuple[tuple[str, int, str], ...]


def pack(conversation: Conversation) -> Packed:
    """The rows of a conversation as it is now."""
    key = conversation.key
    return Packed(
        (
            key,
            conversation.model,
            conversation.title,
            conversation.created,
            conversation.updated,
        ),
        tuple(
            (key, place, to_json(exchange)) for place, exchange in enumerate(conversation.exchanges)
        ),
    )


def chats_path() -> Path:
    """Where the file lies."""
    return paths.home() / "chats.sqlite"


class ChatStore:
    """The conversations of one file; a connection is opened for each call and closed after it."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or chats_path()
        self.notice = ""
        """What has happened to the file, a sentence to show once."""
        self._checked = False

    def save(self, packed: Packed) -> None:
        """Write a conversation in place of what was kept of it.

        Raises:
            StoreError: the file cannot be written.
        """
        with self._open() as database:
            database.execute("DELETE FROM conversations WHERE key = ?", packed.head[:1])
            database.execute("INSERT INTO conversations VALUES (?, ?, ?, ?, ?)", packed.head)
            database.executemany("INSERT INTO exchanges VALUES (?, ?, ?)", packed.bodies)

    def listed(self) -> list[Listed]:
        """All conversations, the one that changed last first.

        Raises:
            StoreError: the file cannot be read.
        """
        query = """
            SELECT key, title, model, updated, count(place) FROM conversations
            LEFT JOIN exchanges ON conversation = key GROUP BY key ORDER BY updated DESC"""
        with self._open() as database:
            return [Listed(*row) for row in database.execute(query)]

    def load(self, key: str) -> Conversation:
        """A conversation.

        Raises:
            StoreError: there is none, or what was kept of it is damaged.
        """
        with self._open() as database:
            head = database.execute(
                "SELECT model, created, updated FROM conversations WHERE key = ?", (key,)
            ).fetchone()
            rows = database.execute(
                "SELECT body FROM exchanges WHERE conversation = ? ORDER BY place", (key,)
            ).fetchall()
        if head is None:
            raise StoreError(f"{self.path} holds no conversation {key}: it was deleted elsewhere.")
        model, created, updated = head
        try:
            exchanges = [from_json(body) for (body,) in rows]
        except LabError as error:
            raise StoreError(
                f"A conversation in {self.path} is damaged ({error}). Delete it from the list."
            ) from error
        return Conversation(model, exchanges, key, created, updated)

    def delete(self, key: str) -> None:
        """Forget a conversation; harmless when it is gone already.

        Raises:
            StoreError: the file cannot be written.
        """
        with self._open() as database:
            database.execute("DELETE FROM conversations WHERE key = ?", (key,))

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """A transaction; a file that is no database any more is set aside first, once."""
        try:
            with self._connected() as database, database:
                yield database
        except sqlite3.Error as error:
            raise StoreError(
                f"{self.path} cannot be used: {error}. Check the folder's permissions and the "
                "disk, and that no other program holds the file."
            ) from error
        except OSError as error:
            raise StoreError(str(disk_error(self.path, error))) from error

    @contextlib.contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        try:
            database = self._connect()
        except sqlite3.OperationalError:
            raise  # Busy, full, not allowed: the file itself may be whole.
        except sqlite3.DatabaseError as error:
            self._set_aside(error)
            database = self._connect()
        with contextlib.closing(database):
            yield database

    def _connect(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # What somebody typed is for them alone; SQLite would follow the umask.
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        database = sqlite3.connect(self.path, timeout=BUSY_S)
        try:
            database.execute("PRAGMA foreign_keys = ON")
            (version,) = database.execute("PRAGMA user_version").fetchone()
            if version > SCHEMA:
                raise StoreError(
                    f"{self.path} was written by a newer llmlab (schema {version}, this one reads "
                    f"{SCHEMA}). Use that one, or move the file away."
                )
            if version < SCHEMA:
                database.executescript(
                    f"BEGIN IMMEDIATE; {_TABLES} PRAGMA user_version = {SCHEMA}; COMMIT;"
                )
            if not self._checked:  # Reads the whole file: once is enough.
                (check,) = database.execute("PRAGMA quick_check(1)").fetchone()
                if check != "ok":
                    raise sqlite3.DatabaseError(check)
                self._checked = True
        except BaseException:
            database.close()
            raise
        return database

    def _set_aside(self, error: sqlite3.DatabaseError) -> None:
        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
        aside = self.path.with_name(f"{self.path.name}.damaged-{stamp}")
        os.replace(self.path, aside)
        # A journal belongs to the file that it was written beside.
        for suffix in ("-journal", "-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        self.notice = (
            f"{self.path} was damaged ({error}) and now lies at {aside}; conversations are kept "
            "in a new file from here on."
        )
