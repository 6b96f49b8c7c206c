"""The connection to the file: transactions, and what becomes of them when the file goes wrong."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from engine import paths
from engine.files import disk_error
from tui.state.errors import StateError
from tui.state.opening import (
    CannotWriteError,
    check,
    keep_aside,
    mend,
    newest,
    open_copy,
    open_file,
)

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]


def state_path() -> Path:
    """Where the file lies."""
    return paths.home() / "lab.sqlite"


class Database:
    """One file of which several programs may have connections; blocking, for any thread.

    A damaged file is set aside, and a new one goes on with what could be read of it. A file that
    cannot be opened for writing is left alone: what is kept is then kept in memory.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or state_path()
        self.on_disk = True
        """Whether what is kept is on the disk; False only once the file could not be opened."""
        self._turn = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        self._newest = 0
        """Of the history's entries, the last that was copied into memory."""
        self._notices: list[str] = []

    def read(self, work: Work[T]) -> T:
        """Do ``work`` on one consistent state of the tables.

        Raises:
            StateError: they cannot be read now.
        """
        return self._transact(work, "BEGIN")

    def write(self, work: Work[T]) -> T:
        """Do ``work`` and keep what it wrote, all or nothing; it is on the disk afterwards.

        Raises:
            StateError: it cannot be written now; nothing of it was.
        """
        return self._transact(work, "BEGIN IMMEDIATE")

    def check(self) -> None:
        """Read the whole file once, and mend it where it is damaged.

        Raises:
            StateError: it cannot be read, or not be mended.
        """
        self.read(lambda database: None)
        if not self.on_disk:
            return
        try:
            check(self.path)  # Beside the connection: nobody waits for it.
        except sqlite3.DatabaseError as error:
            if not _is_damage(error):
                raise self._problem(error) from error
            with self._turn:
                self._mend(error)

    def take_notices(self) -> list[str]:
        """Sentences about what has happened to the file, each given once."""
        with self._turn:
            notices, self._notices = self._notices, []
            return notices

    def close(self) -> None:
        """Let go of the file; a later call opens it again."""
        with self._turn:
            if self._connection is not None and self.on_disk:
                self._connection.close()
                self._connection = None

    def keep_aside(self) -> str:
        """Write what is only in memory to a file of its own; what to say of that, if anything."""
        with self._turn:
            memory = self._connection
            if self.on_disk or memory is None or newest(memory) == self._newest:
                return ""
            aside = keep_aside(memory, self.path)
        if aside is None:
            return (
                "What was said and done in this visit could not be kept, neither in "
                f"{self.path} nor in a temporary file."
            )
        return (
            f"What was said and done in this visit could not be kept in {self.path}: it lies in "
            f"{aside}. Move it there once that can be written and no llmlab is open."
        )

    def _transact(self, work: Work[T], begin: str) -> T:
        with self._turn:
            try:
                try:
                    return self._attempt(work, begin)
                except sqlite3.DatabaseError as error:
                    if _is_damage(error):
                        self._mend(error)
                    elif _is_for_good(error) and self.on_disk:
                        self.close()
                        self._go_on_in_memory(error)
                    else:
                        raise  # Busy or full: it may pass, and the file itself may be whole.
                    return self._attempt(work, begin)
            except (sqlite3.Error, OSError) as error:
                raise self._problem(error) from error

    def _attempt(self, work: Work[T], begin: str) -> T:
        database = self._opened()
        database.execute(begin)
        try:
            result = work(database)
            database.execute("COMMIT")
        except BaseException:
            if database.in_transaction:  # A disk that is full may have ended it already.
                database.execute("ROLLBACK")
            raise
        return result

    def _opened(self) -> sqlite3.Connection:
        if self._connection is not None and self.on_disk and self._file != _identity(self.path):
            self.close()  # Another program has set the file aside, or somebody moved it.
        if self._connection is None:
            try:
                self._connection = open_file(self.path, self._notices.append)
                self._file = _identity(self.path)
            except (CannotWriteError, sqlite3.OperationalError, OSError) as error:
                if isinstance(error, sqlite3.OperationalError) and _is_passing(error):
                    raise
                self._go_on_in_memory(error)
        assert self._connection is not None
        return self._connection

    def _go_on_in_memory(self, error: Exception) -> None:
        self._connection, self.on_disk = open_copy(self.path), False
        self._newest = newest(self._connection)
        self._notices.append(
            f"{_sentence(self.path, error)} The lab works on; what you do now is written to a file "
            "of its own when you quit."
        )

    def _mend(self, error: sqlite3.DatabaseError) -> None:
        same = self._file in (None, _identity(self.path))
        self.close()
        if same and self.path.exists():  # Else another program has mended it.
            self._connection = mend(self.path, error, self._notices.append)
            self._file = _identity(self.path)

    def _problem(self, error: Exception) -> StateError:
        return StateError(_sentence(self.path, error))


def _sentence(path: Path, error: Exception) -> str:
    if isinstance(error, StateError):
        return str(error)
    if isinstance(error, OSError):
        return str(disk_error(path, error))
    if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
        return f"The disk is full: {path} could not be written. Free some space."
    return f"{path} cannot be used: {error}. Check the folder's permissions and the disk."


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    return type(error) is sqlite3.DatabaseError


def _is_passing(error: sqlite3.OperationalError) -> bool:
    """Whether the file may well be opened a little later: another program holds it."""
    return error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _is_for_good(error: sqlite3.DatabaseError) -> bool:
    """Whether the file may not be written, now or later; not that it was moved just now."""
    code = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF == sqlite3.SQLITE_READONLY and code != sqlite3.SQLITE_READONLY_DBMOVED


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino
