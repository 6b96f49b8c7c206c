"""Server-sent events from mailboxes, paced, and dropped with their reader."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from engine.errors import CheckpointError

PING_S = 2.0
"""A stream that is silent for this long gets a comment, so that its reader knows we live."""

GATHER_S = 0.015
"""A stream sends at most this often. Waking this thread for each token would cost the worker a
third of its speed, and a screen shows nothing that much sooner."""

PING = b": computing\n\n"


class EventStream(StreamingResponse):
    """Sends chunks until they end. However that happens, ``abandon`` is called.

    Args:
        chunks: whole events.
        in_use: held while the response is being sent.
        abandon: drops the requests behind it.
    """

    media_type = "text/event-stream"

    def __init__(
        self,
        chunks: AsyncIterator[bytes],
        in_use: AbstractContextManager[None],
        abandon: Callable[[], None],
    ) -> None:
        super().__init__(chunks, headers={"cache-control": "no-store"})
        self._in_use = in_use
        self._abandon = abandon

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the end; Starlette cancels the sending when the reader disconnects."""
        try:
            with self._in_use:
                await super().__call__(scope, receive, send)
        finally:
            self._abandon()


async def gather_tokens() -> None:
    """Let some tokens come together. Not before the first token: that one is waited for."""
    await asyncio.sleep(GATHER_S)


def ruined() -> CheckpointError:
    """What to say when an event holds a number that JSON cannot."""
    return CheckpointError(
        "This checkpoint computes values that are not numbers (NaN): its weights are ruined. "
        "Use another one."
    )
