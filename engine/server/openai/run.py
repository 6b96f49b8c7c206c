"""A wish under way: one mailbox a prompt, read together as their events come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from engine.errors import EngineBusyError, LabError
from engine.events import TokenEvent
from engine.protocol import GenerateRequest, StreamEvent
from engine.server.backend import Vocabulary
from engine.server.event_stream import PING_S
from engine.server.stream import Stream
from engine.server.worker import Worker

Numbered = tuple[int, StreamEvent]
"""An event with the number of the request it belongs to."""


class Run:
    """Requests that are answered as one.

    Raises:
        EngineBusyError: the worker has no room for all of them; none of them is left with it.
    """

    def __init__(self, worker: Worker, requests: Sequence[GenerateRequest]) -> None:
        self._streams: list[Stream] = []
        try:
            for request in requests:
                stream = Stream()
                worker.submit(request, stream)
                self._streams.append(stream)
        except EngineBusyError:
            self.abandon()
            raise

    def abandon(self) -> None:
        """Drop what has not finished."""
        for stream in self._streams:
            stream.abandon()

    @property
    def vocabulary(self) -> Vocabulary:
        """Of the model; call it once the first event has come."""
        found = self._streams[0].vocabulary
        assert found is not None, "it is set before the first event"
        return found

    @property
    def answer_prefix(self) -> str:
        """What each answer begins with that is no part of it; call it like ``vocabulary``."""
        return self._streams[0].answer_prefix

    async def begin(self) -> list[Numbered]:
        """Wait until all requests have begun, or one has its first token.

        Returns:
            What has come until then, with the number of its request.

        Raises:
            LabError: one of them was refused.
        """
        come: list[Numbered] = []
        while len({number for number, _ in come}) < len(self._streams):
            come += await self._take(None)
            if any(isinstance(item, TokenEvent) for _, item in come):
                break
        return come

    async def events(self) -> AsyncIterator[list[Numbered]]:
        """What comes after ``begin``, until all have finished; nothing after ``PING_S`` of silence.

        Raises:
            LabError: a request ended in an error.
        """
        while not all(stream.ended for stream in self._streams):
            yield await self._take(PING_S)

    async def _take(self, silence_s: float | None) -> list[Numbered]:
        """The next events of any request."""
        waiting = {
            asyncio.create_task(stream.wait()): number
            for number, stream in enumerate(self._streams)
            if not stream.ended
        }
        try:
            done, _ = await asyncio.wait(
                waiting, timeout=silence_s, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            for task in waiting:
                task.cancel()
        come: list[Numbered] = []
        for number in sorted(waiting[task] for task in done):
            for item in self._streams[number].take_now():
                if isinstance(item, LabError):
                    raise item
                come.append((number, item))
        return come
