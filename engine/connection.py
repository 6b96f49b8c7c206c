"""HTTP to one engine: its health, and streams of events. No torch; ``httpx`` loads on first use.

The first frame of the app is painted before it needs an engine, so importing this is cheap.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator
from typing import TYPE_CHECKING

from engine import __version__, protocol, wire
from engine.endpoint import Endpoint
from engine.errors import EngineUnavailableError, LabError, RequestError
from engine.protocol import Finished, GenerateRequest, Health, StreamEvent
from engine.tool_protocol import ToolAnswer, ToolList, ToolRequest

if TYPE_CHECKING:
    import httpx

SILENCE_TIMEOUT_S = 20.0
"""A streaming engine says something every two seconds, if only that it still computes."""

TOOL_TIMEOUT_S = 120.0
"""The first call may have to wait for a checkpoint and for the index of the pocket web."""

_CONNECT_TIMEOUT_S = 2.0


class GoneError(Exception):
    """The engine does not answer, or stopped in the middle; ``str`` says how, for a log."""


class SilentError(GoneError):
    """Somebody holds the connection but says nothing: busy starting, or stopped."""


class OtherVersionError(EngineUnavailableError):
    """The engine that runs is of another version than this program.

    Args:
        endpoint: where it is.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self.is_older = _numbers(endpoint.version) < _numbers(__version__)
        super().__init__(
            f"An engine of llmlab {endpoint.version} is running, and this is {__version__}. "
            f"Use that version here too, or end its engine with `kill {endpoint.pid}` and try "
            "again."
        )


class Connection:
    """Connections to the engine at one endpoint; made by ``connect``."""

    def __init__(self, endpoint: Endpoint, http: httpx.AsyncClient) -> None:
        self.endpoint = endpoint
        self._http = http

    async def health(self, timeout_s: float) -> Health:
        """How the engine does.

        Raises:
            GoneError: nobody answers.
            SilentError: somebody listens, but does not answer within ``timeout_s``.
            OtherVersionError: the engine is of another version than this program.
        """
        import httpx

        try:
            response = await self._http.get("/lab/health", timeout=timeout_s)
        except httpx.TimeoutException as error:
            raise SilentError(type(error).__name__) from error
        except httpx.TransportError as error:
            raise GoneError(type(error).__name__) from error
        if self.endpoint.version != __version__:
            raise OtherVersionError(self.endpoint)
        if response.status_code != 200:  # it could not load torch, and is about to leave
            raise GoneError(f"status {response.status_code}")
        return wire.decode(Health, wire.loads(response.content))

    async def generate(self, request: GenerateRequest) -> AsyncGenerator[StreamEvent, None]:
        """The request's events, until all its rows have finished.

        Raises:
            GoneError: the connection broke, or the stream ended early.
            LabError: what the engine refused the request with.
        """
        import httpx

        unfinished = request.n
        content = wire.dumps(request).encode()
        try:
            async with self._http.stream("POST", "/lab/generate", content=content) as response:
                if response.status_code != 200:
                    raise protocol.error_from_json(wire.loads(await response.aread()))
                async for data in _event_data(response):
                    event = _decode(data)
                    yield event
                    unfinished -= isinstance(event, Finished)
        except httpx.TimeoutException as error:
            raise SilentError(f"nothing for {SILENCE_TIMEOUT_S:.0f} s") from error
        except httpx.TransportError as error:
            raise GoneError(type(error).__name__) from error
        if unfinished:
            raise GoneError("the stream ended early")

    async def tools(self) -> ToolList:
        """The engine's tools.

        Raises:
            GoneError: the connection broke.
            LabError: they cannot be opened.
        """
        return wire.decode(ToolList, await self._ask("GET", "/lab/tools"))

    async def call_tool(self, request: ToolRequest) -> ToolAnswer:
        """Run one call; cancelling this cancels the call.

        Raises:
            GoneError: the connection broke.
            LabError: what the engine refused the request with.
        """
        content = wire.dumps(request).encode()
        return wire.decode(ToolAnswer, await self._ask("POST", "/lab/tool", content))

    async def _ask(self, method: str, path: str, content: bytes | None = None) -> object:
        import httpx

        timeout = httpx.Timeout(TOOL_TIMEOUT_S, connect=_CONNECT_TIMEOUT_S, pool=None)
        try:
            response = await self._http.request(method, path, content=content, timeout=timeout)
        except httpx.TimeoutException as error:
            raise SilentError(f"nothing for {TOOL_TIMEOUT_S:.0f} s") from error
        except httpx.TransportError as error:
            raise GoneError(type(error).__name__) from error
        value: object = wire.loads(response.content)
        if response.status_code != 200:
            raise protocol.error_from_json(value)
        return value

    async def close(self) -> None:
        """Close them; streams that are under way end in ``GoneError``."""
        await self._http.aclose()


async def connect(endpoint: Endpoint) -> Connection:
    """Make ready to talk to ``endpoint``; nothing is sent yet."""
    return Connection(endpoint, await asyncio.to_thread(_new_http, endpoint))


def _new_http(endpoint: Endpoint) -> httpx.AsyncClient:
    """Runs in a thread: importing httpx takes a tenth of a second, and the app must not freeze."""
    import httpx

    return httpx.AsyncClient(
        # No certificates to load for a Unix socket, and no proxy to ask the environment for.
        transport=httpx.AsyncHTTPTransport(uds=endpoint.socket, verify=False),
        base_url="http://engine",
        trust_env=False,
        timeout=httpx.Timeout(SILENCE_TIMEOUT_S, connect=_CONNECT_TIMEOUT_S, pool=None),
    )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)))


async def _event_data(response: httpx.Response) -> AsyncIterator[bytes]:
    """The ``data:`` fields of a stream of server-sent events, comments left out."""
    rest = b""
    async for chunk in response.aiter_bytes():
        *blocks, rest = (rest + chunk).split(b"\n\n")
        for block in blocks:
            if block.startswith(b"data: "):
                yield block.removeprefix(b"data: ")


def _decode(data: bytes) -> StreamEvent:
    try:
        event = protocol.decode_event(data)
    except RequestError as error:
        raise LabError(f"The engine sent something this program does not know: {error}") from error
    if isinstance(event, LabError):
        raise event
    return event
