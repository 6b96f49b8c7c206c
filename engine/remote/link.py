"""HTTP to one other server; ``httpx`` loads on first use."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Mapping
from typing import TYPE_CHECKING, Any

from engine import __version__, wire
from engine.errors import LabError, RemoteError
from engine.remote.address import is_loopback
from engine.remote.failures import RefusedError, quote, said_in, unreachable
from engine.remote.servers import Server
from engine.remote.sse import event_data

if TYPE_CHECKING:
    import httpx

CONNECT_TIMEOUT_S = 5.0
LIST_TIMEOUT_S = 10.0
SILENCE_TIMEOUT_S = 120.0
"""Some servers load a model when it is first asked for, and say nothing meanwhile."""

MAX_BODY_BYTES = 8 << 20
"""Of a response that is no stream; a list of some hundred models takes one megabyte."""


class Link:
    """Connections to ``server``, opened when first needed."""

    def __init__(self, server: Server, *, silence_s: float = SILENCE_TIMEOUT_S) -> None:
        self.server = server
        self._silence_s = silence_s
        self._opening = asyncio.Lock()
        self._http: httpx.AsyncClient | None = None
        self.answered = False
        self.key: str | None = None
        """The one sent last, so that it can be kept out of what is shown."""

    async def get(self, path: str) -> Any:
        """The JSON at a path.

        Raises:
            RefusedError: a status other than 200.
            RemoteError: no answer, or one that is not JSON.
        """
        import httpx

        key, http = await self._read_key(), await self._open()
        timeout = httpx.Timeout(LIST_TIMEOUT_S, connect=CONNECT_TIMEOUT_S)
        try:
            request = http.build_request(
                "GET", self.server.url + path, headers=_headers(key), timeout=timeout
            )
            async with contextlib.aclosing(await http.send(request, stream=True)) as response:
                self.answered = True
                body = await _bounded_body(response, self.server)
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, OSError) as error:
            raise unreachable(self.server, error, silence_s=LIST_TIMEOUT_S, began=False) from error
        if response.status_code != 200:
            raise _refusal(response, body, key)
        try:
            return wire.loads(body)
        except LabError:
            raise RemoteError(
                f"{self.server.name} ({self.server.url}) answers, but not with a list of models: "
                "it is no OpenAI-compatible server. Check the URL."
            ) from None

    async def post(self, path: str, body: Mapping[str, Any]) -> AsyncGenerator[bytes, None]:
        """The events' data of a streamed answer; a server that does not stream gives one.

        Closing the generator closes the connection, which is how such a server is told to stop.

        Raises:
            RefusedError: a status other than 200.
            RemoteError: no answer, one that broke off, or one that is no stream of events.
        """
        import httpx

        key, http = await self._read_key(), await self._open()
        began = False
        try:
            request = http.build_request(
                "POST",
                self.server.url + path,
                content=wire.dumps(body).encode(),
                headers={**_headers(key), "content-type": "application/json"},
            )
            async with contextlib.aclosing(await http.send(request, stream=True)) as response:
                self.answered = True
                if response.status_code != 200:
                    raise _refusal(response, await _bounded_body(response, self.server), key)
                if response.headers.get("content-type", "").startswith("application/json"):
                    yield await _bounded_body(response, self.server)
                    return
                began = True
                async for data in event_data(response.aiter_raw()):
                    yield data
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, OSError) as error:
            raise unreachable(self.server, error, silence_s=self._silence_s, began=began) from error

    async def close(self) -> None:
        """Close the connections; streams that are under way break off."""
        http, self._http = self._http, None  # first: a closed client may not be used again
        if http is not None:
            await http.aclose()

    async def _open(self) -> httpx.AsyncClient:
        async with self._opening:
            if self._http is None:
                # In a thread: importing httpx and reading certificates takes a tenth of a second.
                self._http = await asyncio.to_thread(self._new_http)
            return self._http

    def _new_http(self) -> httpx.AsyncClient:
        import httpx

        try:
            return httpx.AsyncClient(
                trust_env=not is_loopback(self.server.url),  # No proxy between us and ourselves.
                timeout=httpx.Timeout(self._silence_s, connect=CONNECT_TIMEOUT_S, pool=None),
                follow_redirects=False,  # The key is for this address only.
            )
        except (OSError, ValueError, ImportError, httpx.InvalidURL) as error:
            raise RemoteError(
                f"{self.server.name} cannot be asked: the proxy or the certificates that the "
                f"environment names cannot be used ({quote(str(error))}). Mend or unset "
                "SSL_CERT_FILE, SSL_CERT_DIR, ALL_PROXY, HTTP_PROXY or HTTPS_PROXY."
            ) from error

    async def _read_key(self) -> str | None:
        """Before ``_open``: behind that nothing may be waited for, as the client may be closed."""
        self.key = await asyncio.to_thread(self.server.read_key)
        return self.key


def _headers(key: str | None) -> dict[str, str]:
    headers = {
        "user-agent": f"llmlab/{__version__}",
        "accept-encoding": "identity",  # Bodies are read as they are, so that their size is known.
    }
    return headers if key is None else {**headers, "authorization": f"Bearer {key}"}


async def _bounded_body(response: httpx.Response, server: Server) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise RemoteError(
                f"{server.name} ({server.url}) sent over {MAX_BODY_BYTES:,} bytes where a short "
                "answer was due. Check that the URL is that of an OpenAI-compatible server."
            )
    return bytes(body)


def _refusal(response: httpx.Response, body: bytes, key: str | None) -> RefusedError:
    location = response.headers.get("location", "")
    return RefusedError(response.status_code, said_in(body or location.encode(), key))
