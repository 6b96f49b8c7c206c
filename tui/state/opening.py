"""How the file is opened: made, checked, brought to this version's tables; and set aside."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from tui.state.errors import StateError
from tui.state.salvage import salvage, take_over_chats
from tui.state.schema import SCHEMA, migrate, version_of

BUSY_S = 5.0
"""How long a call waits for another program that is writing."""

BACKUPS_KEPT = 3

_BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite writes beside a file; it belongs to that file alone."""

Say = Callable[[str], None]


class CannotWriteError(StateError):
    """The file cannot be written to by this llmlab, for as long as it runs."""


def open_file(path: Path, say: Say) -> sqlite3.Connection:
    """A connection to the file, with this version's tables; a file is made where there is none.

    Args:
        path: where it lies.
        say: takes sentences about what had to be done to it.

    Raises:
        CannotWriteError: it is of a newer llmlab.
        sqlite3.Error: it is damaged, held by another program, or may not be written.
        OSError: its folder cannot be made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        # What somebody typed is for them alone; SQLite would follow the umask. Its companions get
        # the mode of the file.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    database = _connected(path)
    try:
        version = version_of(database)
        if version > SCHEMA:
            raise CannotWriteError(
                f"{path} was written by a newer llmlab (schema {version}, this one reads "
                f"{SCHEMA}): use that one, or move the file away."
            )
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        if 0 < version < SCHEMA:
            _back_up(database, path, version)
        migrate(database)  # Its lock is also how a file that may only be read is noticed.
        _take_over(path.with_name("chats.sqlite"), database, say)
    except BaseException:
        database.close()
        raise
    return database


def open_copy(path: Path) -> sqlite3.Connection:
    """What can be read of a file that cannot be written, in memory, with this version's tables."""
    memory = _connected(":memory:")
    migrate(memory)
    if path.is_file():
        with contextlib.suppress(sqlite3.Error):  # Then there is nothing of before.
            salvage(path, memory)
    return memory


def keep_aside(memory: sqlite3.Connection, path: Path) -> Path | None:
    """Write what is only in memory to a new file, beside ``path`` or among temporary files.

    Returns:
        Where; None where neither folder takes it.
    """
    for folder in (path.parent, Path(tempfile.gettempdir())):
        with contextlib.suppress(sqlite3.Error, OSError):
            folder.mkdir(parents=True, exist_ok=True)
            # For its owner alone, as the file itself.
            descriptor, name = tempfile.mkstemp(".sqlite", f"{path.stem}-kept-{_stamp()}-", folder)
            os.close(descriptor)
            try:
                with contextlib.closing(_connected(name)) as file:
                    memory.backup(file)
            except BaseException:
                os.unlink(name)
                raise
            return Path(name)
    return None


def newest(database: sqlite3.Connection) -> int:
    """The number of the last entry of the history, 0 where there is none."""
    (found,) = database.execute("SELECT COALESCE(MAX(id), 0) FROM entries").fetchone()
    return int(found)


def mend(path: Path, error: sqlite3.DatabaseError, say: Say) -> sqlite3.Connection:
    """Set a damaged file aside and open a new one, with what can be read of the old.

    Raises:
        sqlite3.Error, OSError: the new one cannot be made.
    """
    aside = path.with_name(f"{path.name}.damaged-{_stamp()}")
    os.replace(path, aside)
    for suffix in _BESIDE:
        if path.with_name(path.name + suffix).exists():
            os.replace(path.with_name(path.name + suffix), aside.with_name(aside.name + suffix))
    fresh = open_file(path, say)
    n_rows = salvage(aside, fresh)
    say(
        f"{path} was damaged ({error}) and now lies at {aside}. A new file goes on from here, with "
        f"what could be read of the old one: {n_rows} row{'s' * (n_rows != 1)}."
    )
    return fresh


def check(path: Path) -> None:
    """Read the whole file once.

    Raises:
        sqlite3.DatabaseError: it is damaged.
    """
    with contextlib.closing(_connected(path)) as database:
        (found,) = database.execute("PRAGMA integrity_check(1)").fetchone()
    if found != "ok":
        raise sqlite3.DatabaseError(found)


def _connected(path: Path | str) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    database.execute("PRAGMA foreign_keys = ON")
    return database


def _back_up(database: sqlite3.Connection, path: Path, version: int) -> None:
    """A copy of a file as it was, before it gets other tables; the newest few are kept."""
    copy = path.with_name(f"{path.name}.backup-{_stamp()}-schema{version}")
    os.close(os.open(copy, os.O_RDWR | os.O_CREAT, 0o600))
    with contextlib.closing(sqlite3.connect(copy)) as into:
        database.backup(into)
    for old in sorted(path.parent.glob(f"{path.name}.backup-*"))[:-BACKUPS_KEPT]:
        old.unlink(missing_ok=True)


def _take_over(chats: Path, database: sqlite3.Connection, say: Say) -> None:
    if not chats.exists():
        return
    try:
        n_conversations = take_over_chats(chats, database)
    except sqlite3.OperationalError as error:
        say(f"The conversations in {chats} are left for the next start: {error}.")
        return
    beside = chats.with_name("chats.sqlite.taken-over")
    os.replace(
        chats, beside if not beside.exists() else beside.with_name(f"{beside.name}-{_stamp()}")
    )
    if n_conversations:
        plural = "s" * (n_conversations != 1)
        say(f"{n_conversations} conversation{plural} came along from {beside}.")


def _stamp() -> str:
    return datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
