"""The HTTP routes. They run on the event loop, decode and encode, and never compute."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import time
from collections.abc import AsyncIterator, Iterator

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from engine import __version__, protocol, wire
from engine.errors import CheckpointError, EngineUnavailableError, LabError, RequestError
from engine.events import TokenEvent
from engine.protocol import GenerateRequest, Health
from engine.server.memory import resident_bytes
from engine.server.stream import Stream
from engine.server.worker import BUG_SENTENCE, Worker

PING_S = 2.0
"""A stream that is silent for this long gets a comment, so that its reader knows we live."""

GATHER_S = 0.015
"""A stream sends at most this often. Waking this thread for each token would cost the worker a
third of its speed, and a screen shows nothing that much sooner."""

_EVENTS_A_CHUNK = 64

_HTTP_STATUS = {RequestError: 400, CheckpointError: 404, EngineUnavailableError: 503}

log = logging.getLogger(__name__)


class Lab:
    """The routes' shared state: the worker, and since when nobody has asked for anything."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._started = self._last_used = time.monotonic()
        self._open = 0

    def routes(self) -> Starlette:
        """The ASGI application."""
        return Starlette(
            routes=[
                Route("/lab/health", self.health, methods=["GET"]),
                Route("/lab/generate", self.generate, methods=["POST"]),
            ],
            exception_handlers={
                LabError: _on_lab_error,
                HTTPException: _on_http_error,
                ClientDisconnect: _on_disconnect,
                Exception: _on_bug,
            },
        )

    def idle_s(self) -> float:
        """Seconds since the last request ended; 0 while one is open."""
        return 0.0 if self._open else time.monotonic() - self._last_used

    async def health(self, request: Request) -> Response:
        """Answer once the worker has its device."""
        with self._in_use():
            # Shielded: a reader that leaves must not cancel the worker's own future.
            device = await asyncio.shield(asyncio.wrap_future(self._worker.ready))
            health = Health(
                pid=os.getpid(),
                version=__version__,
                device=device.name,
                torch_version=device.torch_version,
                threads=device.threads,
                memory_bytes=resident_bytes(),
                loaded=self._worker.loaded,
                active_requests=self._worker.active_requests,
                uptime_s=time.monotonic() - self._started,
            )
            return _json(health)

    async def generate(self, request: Request) -> Response:
        """Queue the request; the response streams its events until it ends or the reader leaves."""
        wish = wire.decode(GenerateRequest, wire.loads(await _body(request)))
        stream = Stream()
        self._worker.submit(wish, stream)
        return EventStream(stream, self._in_use())

    @contextlib.contextmanager
    def _in_use(self) -> Iterator[None]:
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1
            self._last_used = time.monotonic()


class EventStream(StreamingResponse):
    """Server-sent events from a mailbox. However the response ends, the mailbox is abandoned."""

    media_type = "text/event-stream"

    def __init__(self, stream: Stream, in_use: contextlib.AbstractContextManager[None]) -> None:
        super().__init__(_chunks(stream), headers={"cache-control": "no-store"})
        self._stream = stream
        self._in_use = in_use

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the end; Starlette cancels the sending when the reader disconnects."""
        try:
            with self._in_use:
                await super().__call__(scope, receive, send)
        finally:
            self._stream.abandon()


async def _chunks(stream: Stream) -> AsyncIterator[bytes]:
    while not stream.ended:
        items = await stream.take(PING_S)
        if not items and not stream.ended:
            yield b": computing\n\n"
        for start in range(0, len(items), _EVENTS_A_CHUNK):
            try:
                yield b"".join(map(protocol.encode_event, items[start : start + _EVENTS_A_CHUNK]))
            except ValueError:
                yield protocol.encode_event(
                    CheckpointError(
                        "This checkpoint computes values that are not numbers (NaN): its weights "
                        "are ruined. Use another one."
                    )
                )
                return
        if not stream.ended and any(isinstance(item, TokenEvent) for item in items):
            await asyncio.sleep(GATHER_S)  # not before the first token: that one is waited for


async def _body(request: Request) -> bytes:
    """The request's body.

    Raises:
        RequestError: it is longer than ``MAX_BODY_BYTES``.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > protocol.MAX_BODY_BYTES:
            raise RequestError(
                f"The request is longer than {protocol.MAX_BODY_BYTES:,} bytes. Shorten the prompt."
            )
    return bytes(body)


def _json(value: object, status: int = 200) -> Response:
    return Response(wire.dumps(value), status, media_type="application/json")


async def _on_lab_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, LabError)
    return _json(protocol.error_to_json(error), _HTTP_STATUS.get(type(error), 400))


async def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    sentence = f"The engine has no {request.method} {request.url.path} ({error.detail})."
    return _json(protocol.error_to_json(RequestError(sentence)), error.status_code)


async def _on_disconnect(request: Request, error: Exception) -> Response:
    return Response(status_code=400)  # to nobody: the reader left before its request was whole


async def _on_bug(request: Request, error: Exception) -> Response:
    # Starlette raises it again after this answer, and the server logs the traceback.
    return _json(protocol.error_to_json(LabError(BUG_SENTENCE)), 500)
