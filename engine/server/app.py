"""The application: its routes and what they share. Routes decode and encode, and never compute."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Coroutine, Iterator
from typing import Any, TypeVar

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from engine import __version__, protocol, wire
from engine.errors import EngineUnavailableError
from engine.events import TokenEvent
from engine.protocol import GenerateRequest, Health
from engine.server import failures
from engine.server.body import read_body
from engine.server.event_stream import PING, PING_S, EventStream, gather_tokens, ruined
from engine.server.memory import resident_bytes
from engine.server.openai.routes import OpenAIRoutes
from engine.server.stream import Stream
from engine.server.tool_desk import ToolDesk
from engine.server.worker import Worker
from engine.tool_protocol import ToolRequest

Answer = TypeVar("Answer")

_EVENTS_A_CHUNK = 64


class Lab:
    """The routes' shared state: the worker, and since when nobody has asked for anything."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._desk = ToolDesk(worker)
        self._started = self._last_used = time.monotonic()
        self._open = 0

    def routes(self) -> Starlette:
        """The ASGI application."""
        return Starlette(
            routes=[
                Route("/lab/health", self.health, methods=["GET"]),
                Route("/lab/generate", self.generate, methods=["POST"]),
                Route("/lab/tools", self.tools, methods=["GET"]),
                Route("/lab/tool", self.tool, methods=["POST"]),
                *OpenAIRoutes(self._worker, self._in_use).routes(),
            ],
            exception_handlers={ClientDisconnect: _on_disconnect, **failures.handlers()},
        )

    def idle_s(self) -> float:
        """Seconds since the last request ended; 0 while one is open."""
        return 0.0 if self._open else time.monotonic() - self._last_used

    async def health(self, request: Request) -> Response:
        """Answer once the worker has its device.

        Raises:
            EngineUnavailableError: it is being stopped, so whoever asks must look for another one.
        """
        with self._in_use():
            if self._worker.stopping:
                raise EngineUnavailableError("The engine is being stopped. Start it again.")
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
        wish = wire.decode(GenerateRequest, wire.loads(await read_body(request)))
        stream = Stream()
        self._worker.submit(wish, stream)
        return EventStream(_chunks(stream), self._in_use(), stream.abandon)

    async def tools(self, request: Request) -> Response:
        """Say which tools there are and how they do."""
        with self._in_use():
            return _json(await self._desk.list())

    async def tool(self, request: Request) -> Response:
        """Run one call for a person; it is cancelled when they leave."""
        wish = wire.decode(ToolRequest, wire.loads(await read_body(request)))
        with self._in_use():
            return _json(await _while_connected(request, self._desk.call(wish)))

    @contextlib.contextmanager
    def _in_use(self) -> Iterator[None]:
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1
            self._last_used = time.monotonic()


async def _chunks(stream: Stream) -> AsyncIterator[bytes]:
    while not stream.ended:
        items = await stream.take(PING_S)
        if not items and not stream.ended:
            yield PING
        for start in range(0, len(items), _EVENTS_A_CHUNK):
            try:
                yield b"".join(map(protocol.encode_event, items[start : start + _EVENTS_A_CHUNK]))
            except ValueError:
                yield protocol.encode_event(ruined())
                return
        if not stream.ended and any(isinstance(item, TokenEvent) for item in items):
            await gather_tokens()


def _json(record: object) -> Response:
    return Response(wire.dumps(record), media_type="application/json")


async def _while_connected(request: Request, work: Coroutine[Any, Any, Answer]) -> Answer:
    """The result of ``work``, which is cancelled if the client leaves.

    Raises:
        ClientDisconnect: it has left.
    """
    working, leaving = asyncio.ensure_future(work), asyncio.ensure_future(_left(request))
    try:
        await asyncio.wait((working, leaving), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientDisconnect
        return working.result()
    finally:
        for task in (working, leaving):
            task.cancel()


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _on_disconnect(request: Request, error: Exception) -> Response:
    return Response(status_code=400)  # to nobody: the reader left before it was answered
