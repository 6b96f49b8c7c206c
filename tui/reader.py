"""Events on their way to the screen: a reader fills a buffer, the screen's timer empties it."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from engine.errors import LabError
from engine.protocol import Finished, Started

if TYPE_CHECKING:
    from engine.protocol import GenerateRequest, StreamEvent
    from tui.services import Source

MOST_PER_DRAIN = 400
"""Events taken to the screen at once, so that a burst never holds up a key press."""


class Taker(Protocol):
    """Something that grows by events."""

    def take(self, event: StreamEvent) -> None:
        """Add one event."""
        ...

    def fail(self, message: str) -> None:
        """No more will come, because of a failure."""
        ...

    def stop(self) -> None:
        """The person has stopped it."""
        ...


T = TypeVar("T", bound=Taker)


class Reader(Generic[T]):
    """Reads a request's events; ``answer`` changes only in :meth:`drain` and :meth:`stop`."""

    def __init__(self, answer: T, request: GenerateRequest) -> None:
        self.answer = answer
        self.request = request
        self.began = time.monotonic()
        self.first_token: float | None = None
        self.last_token = self.began
        self.tokens = 0
        self._buffer: deque[StreamEvent] = deque()
        self._failure = ""
        self._open = True
        self._settled = False

    async def read(self, source: Source) -> None:
        """Read to the end; a failure becomes the answer's sentence. Cancelling it cancels there."""
        try:
            async for event in source.generate(self.request):
                self._buffer.append(event)
                if not isinstance(event, Started | Finished):
                    self.last_token = time.monotonic()
                    self.first_token = self.first_token or self.last_token
                    self.tokens += 1
        except LabError as error:
            self.break_off(str(error))
        finally:
            self._open = False

    def break_off(self, sentence: str) -> None:
        """Nothing more will come, and why."""
        self._failure, self._open = sentence, False

    def live(self) -> bool:
        """Whether the screen has not yet been told of its end (:meth:`settle`, :meth:`stop`).

        Not the same as having more to drain: the reader may close a moment after its last event
        was taken, and that end is to be shown as well.
        """
        return not self._settled

    def exhausted(self) -> bool:
        """Whether nothing is left to drain and nothing more will come."""
        return not (self._open or self._buffer or self._failure)

    def settle(self) -> None:
        """The end has been seen."""
        self._settled = True

    def drain(self) -> bool:
        """Move what has arrived into the answer; whether anything had."""
        changed = bool(self._buffer)
        for _ in range(min(MOST_PER_DRAIN, len(self._buffer))):
            self.answer.take(self._buffer.popleft())
        if not self._buffer and self._failure:
            self.answer.fail(self._failure)
            self._failure, changed = "", True
        return changed

    def stop(self) -> None:
        """The person has stopped it: nothing more is taken in."""
        self._buffer.clear()
        self._failure, self._open, self._settled = "", False, True
        self.answer.stop()
