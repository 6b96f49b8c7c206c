"""The checkpoints in memory: loaded on demand, the least recently used idle one leaves first."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

from engine.errors import EngineMemoryError
from engine.server.aside import aside
from engine.server.backend import Backend, LoadedModel, Source
from engine.server.faults import explain
from engine.server.job import Job

log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class Entry:
    """A loaded checkpoint and the requests it is answering, by job id."""

    source: Source
    model: LoadedModel
    jobs: dict[int, Job] = field(default_factory=dict)

    @property
    def n_rows(self) -> int:
        """Rows that its requests asked for."""
        return sum(job.request.n for job in self.jobs.values())


class Shelf:
    """At most ``capacity`` loaded checkpoints.

    An entry is one *version* of a folder: when a training writes the folder anew, rows that are
    under way finish on the old weights and new requests load the new ones.

    Loading takes seconds, so it is done in a thread of its own, one checkpoint at a time. Whoever
    owns the shelf asks again (``settle``, then ``get``) once ``loaded`` has been called.

    Args:
        backend: loads them.
        capacity: checkpoints in memory at most.
        loaded: called from another thread when a load has ended, well or not.
    """

    def __init__(self, backend: Backend, capacity: int, loaded: Callable[[], None]) -> None:
        self._backend = backend
        self._capacity = capacity
        self._on_loaded = loaded
        self._entries: list[Entry] = []  # last used last
        self._loading: tuple[Source, Future[LoadedModel]] | None = None
        self._failed: tuple[Source, BaseException] | None = None

    def names(self) -> tuple[str, ...]:
        """Names of the loaded checkpoints, last used last."""
        return tuple(entry.source.name for entry in [*self._entries])  # asked from other threads

    def busy(self) -> list[Entry]:
        """The entries that have something to compute."""
        return [entry for entry in self._entries if entry.jobs]

    def settle(self) -> None:
        """Take in what has been loaded. A failure is kept until the next call, for all to see."""
        self._failed = None
        if self._loading is None or not self._loading[1].done():
            return
        (source, future), self._loading = self._loading, None
        error = future.exception()
        if error is None:
            self._entries.append(Entry(source, future.result()))
        elif not (isinstance(explain(error), EngineMemoryError) and self._drop_idle()):
            self._failed = (source, error)
        # Else there is more room now, and whoever waits has it loaded once more.

    def get(self, source: Source) -> Entry | None:
        """The entry for a version; None while it is being loaded or every place is busy.

        Raises:
            CheckpointError: it is damaged.
            BaseException: whatever else its loading ended in.
        """
        entry = next((e for e in self._entries if _same_version(e.source, source)), None)
        if entry is not None:
            self._entries.remove(entry)
            self._entries.append(entry)
        elif self._failed is not None and _same_version(self._failed[0], source):
            raise self._failed[1]
        elif self._loading is None and self._make_room(source):
            self._load(source)
        return entry

    def drop(self, entry: Entry) -> None:
        """Forget an entry, whatever state it is in."""
        self._entries.remove(entry)

    def _drop_idle(self) -> bool:
        """Make all the room there is to be had; whether there was any."""
        idle = [entry for entry in self._entries if not entry.jobs]
        for entry in idle:
            log.info("unloading %s: there is no memory left", entry.source.name)
            self.drop(entry)
        return bool(idle)

    def _load(self, source: Source) -> None:
        log.info("loading %s from %s", source.name, source.path)
        load = aside("loader", lambda: self._backend.load(source), self._on_loaded)
        self._loading = (source, load)

    def _make_room(self, incoming: Source) -> bool:
        idle = [entry for entry in self._entries if not entry.jobs]
        # Older versions of the same folder first, then whatever was used longest ago.
        idle.sort(key=lambda entry: not _is_older(entry.source, incoming))
        stale = sum(_is_older(entry.source, incoming) for entry in idle)
        surplus = len(self._entries) + 1 - self._capacity
        for entry in idle[: max(stale, surplus, 0)]:
            log.info("unloading %s", entry.source.name)
            self.drop(entry)
        return len(self._entries) < self._capacity


def _same_version(a: Source, b: Source) -> bool:
    return (a.path, a.stamp, a.precision) == (b.path, b.stamp, b.precision)


def _is_older(a: Source, b: Source) -> bool:
    """Whether ``a`` is the same folder before ``b`` was written; two precisions may stand both."""
    return a.path == b.path and a.stamp != b.stamp
