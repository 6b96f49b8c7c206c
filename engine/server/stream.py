"""The mailbox between the worker thread, which fills it, and one HTTP response, which empties it.

The worker never waits for a reader: it would stall everybody else's rows. A reader that falls
``limit`` events behind loses its stream instead, so memory stays bounded.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable

from engine.errors import EngineUnavailableError, LabError
from engine.protocol import StreamEvent
from engine.server.backend import Vocabulary

MAX_BEHIND = 4096
"""Events; at 20 alternatives a token about 10 MB."""

Item = StreamEvent | LabError


class Stream:
    """Events of one request, in order; made on the event loop that will read it."""

    def __init__(self, limit: int = MAX_BEHIND) -> None:
        self._loop = asyncio.get_running_loop()
        self._ready = asyncio.Event()
        self._lock = threading.Lock()
        self._limit = limit
        self._items: list[Item] = []
        self._ended = False
        self._abandoned = False
        self.vocabulary: Vocabulary | None = None
        """Of the model that answers; set before the first event comes."""
        self.answer_prefix = ""
        """See ``LoadedModel.answer_prefix``; empty for a raw prompt."""

    @property
    def abandoned(self) -> bool:
        """Whether nobody reads any more: the request can be dropped."""
        return self._abandoned

    def put(self, items: Iterable[Item], *, last: bool = False) -> None:
        """Add events (worker's side); ``last`` ends the stream. Never blocks."""
        with self._lock:
            if self._abandoned or self._ended:
                return
            # A loop that has been closed has no reader left to wake.
            wake = not self._items and not self._loop.is_closed()
            # What counts is what was left unread: one step may bring a whole echoed prompt.
            if len(self._items) >= self._limit:
                self._items.append(_fell_behind(self._limit))
                self._ended = self._abandoned = True
            else:
                self._items.extend(items)
                self._ended = last
            if wake:
                self._loop.call_soon_threadsafe(self._ready.set)

    async def take(self, timeout: float) -> list[Item]:
        """What has come since the last call; empty after ``timeout`` seconds of silence."""
        try:
            await asyncio.wait_for(self.wait(), timeout)
        except TimeoutError:
            return []
        return self.take_now()

    async def wait(self) -> None:
        """Wait until something has come, or nothing will any more."""
        await self._ready.wait()

    def take_now(self) -> list[Item]:
        """What has come since the last call."""
        with self._lock:
            items, self._items = self._items, []
            if not self._ended:
                self._ready.clear()
        return items

    @property
    def ended(self) -> bool:
        """Whether everything has been put and taken."""
        return self._ended and not self._items

    def abandon(self) -> None:
        """Say that the reader has gone (event loop's side)."""
        with self._lock:
            self._abandoned = True
            self._items.clear()


def _fell_behind(limit: int) -> LabError:
    return EngineUnavailableError(
        f"The reader of this stream fell more than {limit} tokens behind, so the engine ended it. "
        "Ask again."
    )
