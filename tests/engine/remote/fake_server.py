"""Another server, as good or as bad as a test wants it: real HTTP on a loopback port, by hand.

A handler gets the request and a writer for raw bytes, so it can also do what no HTTP library would:
break off, trickle, hang, send junk.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Asked:
    """A request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


Handler = Callable[[Asked, asyncio.StreamWriter], Awaitable[None]]


def reply(value: Any, status: int = 200, kind: str = "application/json", **headers: str) -> bytes:
    """A whole response."""
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    lines = [f"HTTP/1.1 {status} Whatever", f"content-type: {kind}", f"content-length: {len(data)}"]
    lines += [f"{name}: {text}" for name, text in headers.items()]
    return "\r\n".join([*lines, "connection: close", "", ""]).encode() + data


STREAM_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"


def event(value: Any) -> bytes:
    """One server-sent event."""
    text = value if isinstance(value, str) else json.dumps(value)
    return f"data: {text}\n\n".encode()


def said(text: str, *, index: int = 0, finish: str | None = None, **more: Any) -> dict[str, Any]:
    """A chunk of a chat."""
    choice = {"index": index, "delta": {"content": text}, "finish_reason": finish, **more}
    return {"object": "chat.completion.chunk", "choices": [choice]}


def scored(token: str, logprob: float, *others: tuple[str, float]) -> dict[str, Any]:
    """A token with its alternatives."""
    tops = [{"token": t, "logprob": p} for t, p in ((token, logprob), *others)]
    return {"token": token, "logprob": logprob, "top_logprobs": tops}


def streams(*events: Any, done: bool = True) -> Handler:
    """A handler that sends these events and ``[DONE]``."""

    async def handle(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(
            STREAM_HEAD + b"".join(map(event, events)) + (event("[DONE]") if done else b"")
        )

    return handle


async def junk(asked: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(b"\x00\xff\x16\x03 this is not HTTP\r\n\r\n")


async def silent(asked: Asked, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(30)


def answers(status: int, value: Any = b"", **headers: str) -> Handler:
    async def handle(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(value, status, "text/html", **headers))

    return handle


@dataclass
class FakeServer:
    """Handlers by path; what was asked, and which connections the client has closed early."""

    models: Sequence[str] = ("good",)
    handlers: dict[str, Handler] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    dropped: int = 0
    port: int = 0
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def bodies(self) -> list[Any]:
        """What was posted."""
        return [asked.body for asked in self.asked if asked.method == "POST"]

    def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.tasks.add(asyncio.create_task(self._serve(reader, writer)))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(
            ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError
        ):
            first = await reader.readexactly(1)
            if first.isalpha():
                asked = await _read(first, reader)
                self.asked.append(asked)
                await self._answer(asked, writer)
            else:  # A TLS handshake.
                writer.write(reply(b"", 400))
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    async def _answer(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        handler = self.handlers.get(asked.path)
        if handler is not None:
            try:
                await handler(asked, writer)
                await writer.drain()
            except ConnectionError:
                self.dropped += 1
        elif asked.path == "/v1/models":
            writer.write(reply({"object": "list", "data": [{"id": m} for m in self.models]}))
        else:
            writer.write(reply({"detail": "Not Found"}, 404))


async def _read(begun: bytes, reader: asyncio.StreamReader) -> Asked:
    head = (begun + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.strip().split("\r\n")
    method, path, _ = first.split(" ")
    headers = {k.lower(): v.strip() for k, v in (line.split(":", 1) for line in lines)}
    data = await reader.readexactly(int(headers.get("content-length", 0)))
    return Asked(method, path, headers, json.loads(data) if data else None)


@contextmanager
def serving_in_a_thread(fake: FakeServer) -> Iterator[FakeServer]:
    """The same for what runs an event loop of its own, such as a command."""
    up, down, loop = Future[None](), asyncio.Event(), asyncio.new_event_loop()

    async def serve() -> None:
        async with serving(fake):
            up.set_result(None)
            await down.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    up.result(timeout=30)
    try:
        yield fake
    finally:
        loop.call_soon_threadsafe(down.set)
        thread.join()
        loop.close()


@asynccontextmanager
async def serving(fake: FakeServer, **options: Any) -> AsyncIterator[FakeServer]:
    """Run it; ``options`` go to ``asyncio.start_server``."""
    server = await asyncio.start_server(fake.connected, "127.0.0.1", 0, **options)
    fake.port = server.sockets[0].getsockname()[1]
    try:
        yield fake
    finally:
        server.close()
        for task in fake.tasks:
            task.cancel()
        await asyncio.gather(*fake.tasks)
