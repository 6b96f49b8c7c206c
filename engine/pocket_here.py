"""Search in the pocket web as this lab has it: its index is written before the first search."""

from __future__ import annotations

import contextlib
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from engine import paths
from engine.data.pocket_index import ensure_index, index_name
from engine.data.web import Web
from engine.data.world import WorldConfig
from tools.search.format import Hit
from tools.search.pocket import PocketProvider
from tools.search.provider import SearchCancelled, SearchUnavailable

PATIENCE_S = 45.0
"""For an index that somebody else is writing: less than what the engine gives a call in all."""

_LOOK_S = 0.05

Say = Callable[[str], None]


def search_folder() -> Path:
    """Indexes and the cache of searches."""
    return paths.home() / "search"


class PocketHere:
    """A ``Provider`` that writes its index when it is first asked, and then is the pocket web's.

    Safe to use from several threads and processes: one writes, the others wait for it.

    Args:
        world: whose web is searched.
        say: told when the index is being written, which takes seconds.
    """

    name = "pocket"
    leaves_machine = False

    def __init__(self, world: WorldConfig, say: Say | None = None) -> None:
        self.path = search_folder() / index_name(world)
        self._world = world
        self._say = say
        self._provider = PocketProvider(self.path)
        self._lock = threading.Lock()

    def search(self, query: str, cancelled: threading.Event | None = None) -> list[Hit]:
        """The best pages, best first.

        Raises:
            SearchUnavailable: the index cannot be written or read, or is not yet written.
            SearchCancelled: ``cancelled`` was set while another thread was writing it.
        """
        self.prepare(cancelled)
        return self._provider.search(query, cancelled)

    def prepare(self, cancelled: threading.Event | None = None) -> None:
        """Write the index unless it is there; or wait while another thread does.

        Raises:
            SearchUnavailable: it cannot be written, or the other thread takes too long.
            SearchCancelled: ``cancelled`` was set while waiting.
        """
        if self.path.is_file():
            return
        with self._turn(cancelled or threading.Event()):
            try:
                with _only_writer(self.path.parent):
                    if not self.path.is_file():
                        self._write()
            except (OSError, sqlite3.Error) as error:
                raise SearchUnavailable(
                    f"the index of the pocket web cannot be written to {self.path} ({error})"
                ) from error

    def close(self) -> None:
        """Close the index; the next search opens it again."""
        self._provider.close()

    @contextlib.contextmanager
    def _turn(self, cancelled: threading.Event) -> Iterator[None]:
        deadline = time.monotonic() + PATIENCE_S
        while not self._lock.acquire(timeout=_LOOK_S):
            if cancelled.is_set():
                raise SearchCancelled
            if time.monotonic() >= deadline:
                raise SearchUnavailable(
                    "the index of the pocket web is still being written; search again in a minute"
                )
        try:
            yield
        finally:
            self._lock.release()

    def _write(self) -> None:
        if self._say is not None:
            self._say(f"Writing the index of the pocket web, once: {self.path}")
        # Not web_of, which would keep a whole web in memory for as long as the process lives.
        ensure_index(self.path, Web.build(self._world))


@contextlib.contextmanager
def _only_writer(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, so that processes do not write the same index side by side.

    Without ``fcntl`` there is no such lock, and the same file is written twice.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:  # closing it frees the lock
        if sys.platform != "win32":
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
