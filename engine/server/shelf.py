"""The checkpoints in memory: loaded on demand, the least recently used idle one leaves first."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from engine.server.backend import Backend, LoadedModel, Source
from engine.server.job import Job

log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class Entry:
    """A loaded checkpoint and the requests it is answering, by job id."""

    source: Source
    model: LoadedModel
    jobs: dict[int, Job] = field(default_factory=dict)


class Shelf:
    """At most ``capacity`` loaded checkpoints.

    An entry is one *version* of a folder: when a training writes the folder anew, rows that are
    under way finish on the old weights and new requests load the new ones.
    """

    def __init__(self, backend: Backend, capacity: int, changed: Callable[[], None]) -> None:
        self._backend = backend
        self._capacity = capacity
        self._changed = changed
        self._entries: list[Entry] = []  # last used last

    def names(self) -> tuple[str, ...]:
        """Names of the loaded checkpoints, last used last."""
        return tuple(entry.source.name for entry in self._entries)

    def busy(self) -> list[Entry]:
        """The entries that have something to compute."""
        return [entry for entry in self._entries if entry.jobs]

    def get(self, name: str) -> Entry | None:
        """The entry for a checkpoint, loaded if need be; None when every place is busy.

        Raises:
            CheckpointError: there is no such checkpoint, or it is damaged.
        """
        source = self._backend.find(name)
        entry = next((e for e in self._entries if _same_version(e.source, source)), None)
        if entry is None:
            if not self._make_room(source):
                return None
            log.info("loading %s from %s", source.name, source.path)
            entry = Entry(source, self._backend.load(source))
        else:
            self._entries.remove(entry)
        self._entries.append(entry)
        self._changed()
        return entry

    def drop(self, entry: Entry) -> None:
        """Forget an entry, whatever state it is in."""
        self._entries.remove(entry)
        self._changed()

    def _make_room(self, incoming: Source) -> bool:
        idle = [entry for entry in self._entries if not entry.jobs]
        # Older versions of the same folder first, then whatever was used longest ago.
        idle.sort(key=lambda entry: entry.source.path != incoming.path)
        stale = sum(entry.source.path == incoming.path for entry in idle)
        surplus = len(self._entries) + 1 - self._capacity
        for entry in idle[: max(stale, surplus, 0)]:
            log.info("unloading %s", entry.source.name)
            self.drop(entry)
        return len(self._entries) < self._capacity


def _same_version(a: Source, b: Source) -> bool:
    return (a.path, a.stamp, a.precision) == (b.path, b.stamp, b.precision)
