"""HTTP/1.1 on a listening socket, for one worker; it waits for no client for ever."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from engine.errors import EngineMemoryError
from engine.server.faults import explain
from engine.server.worker import Worker

HEAD_TIMEOUT_S = 20.0
"""From the opening of a connection, or a request's first byte, to the end of its headers."""

WRITE_TIMEOUT_S = 30.0
WRITE_LEAST_BYTES = 256 << 10
"""A reader that takes less in that time, while it is waited for, loses its connection."""

MAX_HEAD_BYTES = 16 << 10
MAX_CONNECTIONS = 512
WATCH_S = 1.0
STOP_S = 5.0
LEAVE_S = 15
"""After a fault the process is gone by then, however much of its leaving is done."""

log = logging.getLogger("engine.server")


class GuardedProtocol(H11Protocol):
    """uvicorn's protocol, which bounds neither how long headers take nor how long a reader may."""

    _head_timer: asyncio.TimerHandle | None = None
    _write_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        # Every byte that the reader's system does not take at once counts as waiting for it.
        transport.set_write_buffer_limits(high=0)
        if len(self.connections) > MAX_CONNECTIONS:
            transport.abort()
        else:
            self._watch_head()

    def data_received(self, data: bytes) -> None:
        """Read on, and notice whether the request's headers are whole."""
        try:
            super().data_received(data)
        except h11.LocalProtocolError:
            # Junk, and its 400 cannot be sent: another answer has begun.
            self.transport.abort()
        else:
            self._watch_head()

    def pause_writing(self) -> None:
        """Begin to wait for the reader."""
        super().pause_writing()
        self._watch_reader()

    def resume_writing(self) -> None:
        """It reads."""
        super().resume_writing()
        if self._write_timer is not None:
            self._write_timer.cancel()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop all clocks."""
        for timer in (self._head_timer, self._write_timer):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def _watch_reader(self) -> None:
        before = self.transport.get_write_buffer_size()

        def look() -> None:
            if before - self.transport.get_write_buffer_size() >= WRITE_LEAST_BYTES:
                self._watch_reader()
            else:
                self.transport.abort()

        self._write_timer = self.loop.call_later(WRITE_TIMEOUT_S, look)

    def _watch_head(self) -> None:
        # An answered request whose body nobody reads any more is no better than no request.
        answered = self.cycle is not None and self.cycle.response_complete
        if self.conn.their_state is h11.IDLE or answered:
            if self._head_timer is None:
                self._head_timer = self.loop.call_later(HEAD_TIMEOUT_S, self.transport.abort)
        elif self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None


class Server(uvicorn.Server):
    """Serves an application. When it stops, it first lets the worker end every stream."""

    def __init__(self, app: ASGIApp, worker: Worker) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                loop="asyncio",
                http=GuardedProtocol,
                ws="none",
                lifespan="off",
                log_config=None,
                log_level=logging.WARNING,
                access_log=False,
                server_header=False,
                h11_max_incomplete_event_size=MAX_HEAD_BYTES,
                # Longer than clients keep an idle connection: they never write to a closed one.
                timeout_keep_alive=60,
                timeout_graceful_shutdown=1,
            )
        )
        self.worker = worker
        self.healthy = True
        """Whether the worker lived until it was stopped."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End all requests, then their connections."""
        self.healthy = self.worker.alive
        await asyncio.to_thread(self.worker.stop, STOP_S)
        await super().shutdown(sockets)


async def serve(
    listener: socket.socket,
    app: ASGIApp,
    worker: Worker,
    watch: Callable[[Server], Awaitable[None]],
) -> int:
    """Serve until a signal, or until ``watch`` sets ``should_exit``.

    Args:
        listener: a listening socket.
        app: what answers.
        worker: not started yet.
        watch: runs beside the server.

    Returns:
        Exit code: 0 it was told to stop, 1 it could not compute.
    """
    server = Server(app, worker)
    worker.start()
    with _signals_end_it():
        async with _beside(server, watch(server)), _beside(server, _leave_without(worker, server)):
            await server.serve(sockets=[listener])
    failure = worker.ready.exception() if worker.ready.done() else None
    if failure is not None:
        log.error("it could not start", exc_info=failure)
        known = explain(failure)
        said = known if isinstance(known, EngineMemoryError) else failure
        log.error("The engine cannot compute: %s", said)
        return 1
    return 0 if server.healthy else 1


@contextlib.contextmanager
def _signals_end_it() -> Iterator[None]:
    """When uvicorn is done it raises the signal that stopped it once more."""
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(number, lambda *_: None) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


async def _leave_without(worker: Worker, server: Server) -> None:
    while worker.alive:
        await asyncio.sleep(WATCH_S)
    server.should_exit = True
    # What has ended the worker may be a machine without memory, on which the way out fails as well.
    # The kernel's alarm needs none.
    if sys.platform != "win32":
        signal.alarm(LEAVE_S)


@contextlib.asynccontextmanager
async def _beside(server: Server, work: Awaitable[None]) -> AsyncIterator[None]:
    """Run ``work`` until the block ends; if it fails, so does the server."""

    async def run() -> None:
        try:
            await work
        except Exception:
            server.should_exit = True
            raise

    task = asyncio.create_task(run())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
