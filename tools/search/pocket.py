"""Search in the pocket web, offline: SQLite's full-text index with Porter stems and BM25."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import sqlite3
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

from tools.search.format import MAX_RESULTS, Hit
from tools.search.passage import CLOSE, OPEN, best_passage
from tools.search.provider import SearchUnavailable
from tools.search.query import Query, parse_query

FORMAT_VERSION = 1
"""Written into an index as SQLite's ``user_version``; an index of another is refused."""

_CREATE = """
    CREATE VIRTUAL TABLE page USING fts5(source UNINDEXED, text, tokenize = 'porter unicode61')
"""
# In two steps: in one, SQLite would mark the matches of every page before it sorts them.
_FIND = "SELECT rowid FROM page WHERE page MATCH ? ORDER BY rank, rowid"
_SHOW = f"""
    SELECT source, highlight(page, 1, '{OPEN}', '{CLOSE}') FROM page
    WHERE page MATCH ? AND rowid = ?
"""
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_LOOKED_AT = 200
"""Results that are read until enough hold the names letter by letter."""


def build_index(path: Path, pages: Iterable[tuple[str, str]]) -> None:
    """Write the index of ``pages``, (source, text) each, to ``path``: whole or not at all.

    Raises:
        OSError: the folder cannot be written to.
        sqlite3.Error: the disk is full, or this Python's SQLite has no FTS5.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with contextlib.closing(sqlite3.connect(temporary, isolation_level=None)) as database:
            # A half-written index is thrown away, so there is nothing to roll back to.
            database.execute("PRAGMA journal_mode = OFF")
            database.execute("PRAGMA synchronous = OFF")
            database.execute("BEGIN")
            database.execute(_CREATE)
            database.executemany("INSERT INTO page VALUES (?, ?)", map(_row, pages))
            database.execute("INSERT INTO page(page) VALUES ('optimize')")
            database.execute(f"PRAGMA user_version = {FORMAT_VERSION}")
            database.execute("COMMIT")
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


class PocketProvider:
    """The pocket web's pages. Cheap to make; opens the index at the first search.

    Safe to use from several threads; searches take turns, of a few
    milliseconds each.

    Args:
        path: an index that ``build_index`` wrote.
    """

    name = "pocket"
    leaves_machine = False

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._database: sqlite3.Connection | None = None

    def search(self, query: str, cancelled: threading.Event | None = None) -> list[Hit]:
        """At most ``MAX_RESULTS`` pages, best first.

        Raises:
            SearchUnavailable: the index is missing, damaged or of another version.
        """
        parsed = parse_query(query)
        if not parsed.fts or (cancelled is not None and cancelled.is_set()):
            return []
        with self._lock:
            try:
                return _distinct(self._pages(parsed))
            except sqlite3.Error as error:
                self._drop()
                raise SearchUnavailable(
                    f"the index {self.path} cannot be read ({error}); delete it, and it is "
                    "written anew"
                ) from error

    def close(self) -> None:
        """Close the index; the next search opens it again."""
        with self._lock:
            self._drop()

    def _pages(self, query: Query) -> Iterator[Hit]:
        database = self._opened()
        rows = database.execute(_FIND, (query.fts,))
        for _, (rowid,) in zip(range(_LOOKED_AT), rows, strict=False):
            source, marked = database.execute(_SHOW, (query.fts, rowid)).fetchone()
            if query.held_by(marked.replace(OPEN, "").replace(CLOSE, "")):
                yield Hit.of(source=source, snippet=best_passage(marked))

    def _opened(self) -> sqlite3.Connection:
        if self._database is None:
            if not self.path.is_file():
                raise SearchUnavailable(f"there is no index of the pocket web at {self.path}")
            # Immutable: the file is only ever replaced as a whole, so no locks are needed.
            address = f"{self.path.absolute().as_uri()}?mode=ro&immutable=1"
            database = sqlite3.connect(address, uri=True, check_same_thread=False)
            (version,) = database.execute("PRAGMA user_version").fetchone()
            if version != FORMAT_VERSION:
                database.close()
                raise sqlite3.DatabaseError(f"format {version}, not {FORMAT_VERSION}")
            self._database = database
        return self._database

    def _drop(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None


def _row(page: tuple[str, str]) -> tuple[str, str]:
    source, text = page
    return source, _CONTROLS.sub(" ", unicodedata.normalize("NFC", text))


def _distinct(hits: Iterable[Hit]) -> list[Hit]:
    """The first ``MAX_RESULTS`` that differ in what they say: the pocket web has duplicates."""
    found: dict[str, Hit] = {}
    for hit in hits:
        found.setdefault(hit.snippet, hit)
        if len(found) == MAX_RESULTS:
            break
    return list(found.values())
