"""Conversations on disk: one SQLite file, written as they go. Blocking: call it in a thread.

Several programs may have the file open: each call is one short transaction, and a conversation that
two of them went on with is kept as two. A damaged file is set aside under another name, never
deleted.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from engine import paths
from engine.errors import LabError
from engine.files import disk_error
from tui.chat.conversation import Conversation
from tui.chat.record import from_json, to_json

T = TypeVar("T")

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

    def under(self, key: str) -> Packed:
        """The same rows under another key."""
        bodies = tuple((key, place, body) for _, place, body in self.bodies)
        return Packed((key, *self.head[1:]), bodies)


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
        self._known: dict[str, str] = {}
        """Of each conversation saved or loaded here, when it had changed last."""

    def save(self, packed: Packed) -> str:
        """Write a conversation in place of what this store has saved or loaded of it.

        What another program has written there meanwhile is left as it is.

        Returns:
            The key under which it is kept now: a new one where another program has gone on with it.

        Raises:
            StoreError: the file cannot be written.
        """
        key, *_, updated = packed.head

        def work(database: sqlite3.Connection) -> str:
            database.execute("BEGIN IMMEDIATE")  # Nobody writes between the look and the writing.
            query = "SELECT updated FROM conversations WHERE key = ?"
            there = database.execute(query, (key,)).fetchone()
            forked = there is not None and there[0] not in (self._known.get(key), updated)
            rows = packed.under(secrets.token_hex(8)) if forked else packed
            database.execute("DELETE FROM conversations WHERE key = ?", rows.head[:1])
            database.execute("INSERT INTO conversations VALUES (?, ?, ?, ?, ?)", rows.head)
            database.executemany("INSERT INTO exchanges VALUES (?, ?, ?)", rows.bodies)
            return rows.head[0]

        kept = self._transact(work)
        self._known[kept] = updated
        return kept

    def listed(self) -> list[Listed]:
        """All conversations, the one that changed last first.

        Raises:
            StoreError: the file cannot be read.
        """
        query = """
            SELECT key, title, model, updated, count(place) FROM conversations
            LEFT JOIN exchanges ON conversation = key GROUP BY key ORDER BY updated DESC"""
        return self._transact(lambda database: [Listed(*row) for row in database.execute(query)])

    def load(self, key: str) -> Conversation:
        """A conversation.

        Raises:
            StoreError: there is none, or what was kept of it is damaged.
        """

        def work(database: sqlite3.Connection) -> tuple[tuple[str, str, str] | None, list[str]]:
            head = database.execute(
                "SELECT model, created, updated FROM conversations WHERE key = ?", (key,)
            ).fetchone()
            rows = database.execute(
                "SELECT body FROM exchanges WHERE conversation = ? ORDER BY place", (key,)
            ).fetchall()
            return head, [body for (body,) in rows]

        head, bodies = self._transact(work)
        if head is None:
            raise StoreError(f"{self.path} holds no conversation {key}: it was deleted elsewhere.")
        model, created, updated = head
        try:
            exchanges = [from_json(body) for body in bodies]
        except LabError as error:
            raise StoreError(
                f"A conversation in {self.path} is damaged ({error}). Delete it from the list."
            ) from error
        self._known[key] = updated
        return Conversation(model, exchanges, key, created, updated)

    def delete(self, key: str) -> None:
        """Forget a conversation; harmless when it is gone already.

        Raises:
            StoreError: the file cannot be written.
        """

        def work(database: sqlite3.Connection) -> None:
            database.execute("DELETE FROM conversations WHERE key = ?", (key,))

        self._transact(work)

    def _transact(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do ``work`` in a transaction; where the file turns out to be no sound database, set it
        aside and do it in a new one."""
        try:
            try:
                return self._attempt(work)
            except sqlite3.DatabaseError as error:
                if type(error) is not sqlite3.DatabaseError:
                    raise  # Busy, full, not allowed: the file itself may be whole.
                self._set_aside(error)
                return self._attempt(work)
        except sqlite3.Error as error:
            raise StoreError(
                f"{self.path} cannot be used: {error}. Check the folder's permissions and the "
                "disk, and that no other program holds the file."
            ) from error
        except OSError as error:
            raise StoreError(str(disk_error(self.path, error))) from error

    def _attempt(self, work: Callable[[sqlite3.Connection], T]) -> T:
        with contextlib.closing(self._connect()) as database, database:
            return work(database)

    def _connect(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if not self.path.exists():  # One that may only be read can still be listed.
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
