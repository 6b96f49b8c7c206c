"""Which rows are in the batch and which wait: first come first served, within bounds.

Each sample of a request is let in by itself, so a request for many may be for more than there are
places. There are two queues: what somebody watches goes first, and bulk work (probes, rollouts)
may never fill all places. A row gets all the blocks it may come to need when it is let in: none is
ever thrown out half way, and who cannot be served now waits.
"""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Sequence
from pathlib import Path

import torch

from engine.errors import RequestError
from engine.kvcache import KVCache, blocks_for
from engine.prefixes import Prefixes
from engine.request import Priority
from engine.row import Row

KEPT_FREE = 8
"""One place in so many is kept free of bulk work."""

SHARE_OF_MEMORY = 8
"""One byte in so many of the machine's memory may hold keys and values of one model."""


class Admission:
    """The rows of one engine.

    Args:
        cache: its blocks are given to rows here and nowhere else.
        max_rows: rows in the batch at once.
    """

    def __init__(self, cache: KVCache, max_rows: int) -> None:
        self.max_rows = max_rows
        self.rows: list[Row] = []
        """In the batch, paused ones too."""
        self._cache = cache
        self._prefixes = Prefixes(cache)
        self._n_blocks = cache.n_free
        self._waiting: dict[Priority, deque[Row]] = {"interactive": deque(), "bulk": deque()}
        self.settled = False
        """Whether nobody who waits can be let in before somebody comes or goes."""

    @property
    def n_waiting(self) -> int:
        """Rows that wait for a place."""
        return sum(map(len, self._waiting.values()))

    def queue(self, rows: Sequence[Row]) -> None:
        """Let rows of one request wait for a place.

        Raises:
            RequestError: one of them would not fit into all the memory there is.
        """
        needed = blocks_for(rows[0].most_positions)
        if needed > self._n_blocks:
            size = self._cache.block_size
            raise RequestError(
                f"The prompt and {rows[0].request.params.max_tokens} new tokens take "
                f"{needed * size} positions, but the engine's key/value memory holds "
                f"{self._n_blocks * size}. Ask for fewer tokens or give it more memory."
            )
        self._waiting[rows[0].request.priority].extend(rows)
        self.settled = False

    def join(self) -> None:
        """Let in as many of those that wait as there is room for."""
        if self.settled:
            return
        # If somebody watching cannot be served, no bulk row may take what comes free meanwhile.
        if self._let_in("interactive", self.max_rows):
            self._let_in("bulk", self.max_rows - self.max_rows // KEPT_FREE)
        # What is being read now may be what others wait to share.
        self.settled = not any(row.n_unread > 1 for row in self.rows)

    def remove(self, request_id: int) -> list[Row]:
        """Take out the rows of a request, wherever they are; return those that were not done."""
        gone = [row for row in self.rows if row.request_id == request_id]
        for row in gone:
            self._leave(row)
        for queue in self._waiting.values():
            waiting = [row for row in queue if row.request_id == request_id]
            for row in waiting:
                queue.remove(row)
            gone += waiting
        return gone

    def drop_finished(self) -> None:
        """Take rows that have ended out of the batch."""
        for row in [row for row in self.rows if row.finish_reason is not None]:
            self._leave(row)

    def _leave(self, row: Row) -> None:
        self.rows.remove(row)
        self._prefixes.keep(row)
        self.settled = False

    def _let_in(self, priority: Priority, most: int) -> bool:
        """Let rows of one queue in, in order; False when memory is short for the next."""
        queue = self._waiting[priority]
        deferred: list[Row] = []  # their places are kept
        enough = True
        while enough and queue and len(self.rows) + len(deferred) < most:
            row = queue.popleft()
            reading = [other for other in self.rows if other.n_unread > 1]
            if self._prefixes.worth_waiting_for(row, reading):
                deferred.append(row)
            elif self._prefixes.place(row, self.rows):
                self.rows.append(row)
            else:
                queue.appendleft(row)
                enough = False
        queue.extendleft(reversed(deferred))
        return enough


def default_kv_bytes(device: torch.device) -> int:
    """A part of the machine's memory, or half of what is free on a GPU; in bytes."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0]) // 2
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # not a Unix, or one that does not say
        memory = 8 << 30
    return min(memory, _container_bytes()) // SHARE_OF_MEMORY


def _container_bytes(limit: Path = Path("/sys/fs/cgroup/memory.max")) -> int:
    """What a container may take of the machine's memory; more than any machine has without one."""
    try:
        return int(limit.read_text("utf-8"))
    except (OSError, ValueError):  # none, or the word "max"
        return sys.maxsize
