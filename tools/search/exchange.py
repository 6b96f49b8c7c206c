"""An HTTP exchange with a search service: bounded in time and size, with that service only."""

from __future__ import annotations

import asyncio
import ssl
import threading
from functools import lru_cache

import httpx

from tools.search.fetch import Request
from tools.search.provider import SearchCancelled, SearchUnavailable
from tools.search.refusal import MAX_BYTES, refusal, too_large

MAX_REDIRECTS = 3
USER_AGENT = "llmlab/0.1 (a learning lab for language models)"

_LOOK_S = 0.05
_UPGRADE = ("http", "https")


def exchange(request: Request, *, timeout_s: float, cancelled: threading.Event) -> bytes:
    """The body of the answer, if its status is 200.

    Raises:
        SearchUnavailable: it is not, or there is none within ``timeout_s``.
        SearchCancelled: ``cancelled`` was set; the connection is closed at once.
    """
    return asyncio.run(_watched(request, timeout_s, cancelled))


async def _watched(request: Request, timeout_s: float, cancelled: threading.Event) -> bytes:
    # A time-out of httpx is one for each read; a server that drips would never meet it.
    now = asyncio.get_running_loop().time
    deadline = now() + timeout_s
    task = asyncio.create_task(_content(request))
    while not task.done() and not cancelled.is_set() and now() < deadline:
        await asyncio.wait({task}, timeout=min(_LOOK_S, deadline - now()))
    if task.done():
        return task.result()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    if cancelled.is_set():
        raise SearchCancelled
    raise SearchUnavailable(f"{request.host} did not answer within {timeout_s:g} s")


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    """Who signs certificates, read once: it takes longer than a search."""
    return httpx.create_ssl_context()


async def _content(request: Request) -> bytes:
    try:
        async with httpx.AsyncClient(
            verify=_trusted(),
            timeout=None,  # _watched has one for the whole
            follow_redirects=False,
            headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity"},
        ) as client:
            built = client.build_request(
                "GET" if request.body is None else "POST",
                request.url,
                params=dict(request.params) or None,
                headers=dict(request.headers),
                json=request.body,
            )
            return await _follow(client, built, request.host)
    except httpx.ConnectError as error:
        raise SearchUnavailable(f"{request.host} cannot be reached", retry=True) from error
    except httpx.TransportError as error:
        raise SearchUnavailable(
            f"{request.host} broke the connection off ({type(error).__name__})", retry=True
        ) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SearchUnavailable(
            f"the request to {request.host} failed ({type(error).__name__})"
        ) from error


async def _follow(client: httpx.AsyncClient, request: httpx.Request, host: str) -> bytes:
    for _ in range(MAX_REDIRECTS + 1):
        response = await client.send(request, stream=True)
        try:
            if response.next_request is None:
                return await _body(response, host)
            following = response.next_request
        finally:
            await response.aclose()
        _check_redirect(request, following, host)
        request = following
    raise SearchUnavailable(f"{host} sends us round in circles")


def _check_redirect(request: httpx.Request, following: httpx.Request, host: str) -> None:
    """A query, and perhaps a key, goes to the host that was configured and nowhere else."""
    old, new = request.url, following.url
    same_place = new.host == old.host and (
        (new.scheme, new.port) == (old.scheme, old.port) or (old.scheme, new.scheme) == _UPGRADE
    )
    if not same_place or request.method != "GET":
        raise SearchUnavailable(
            f"{host} sends us on to {new.host[:80] or 'nowhere'}, where we do not follow"
        )


async def _body(response: httpx.Response, host: str) -> bytes:
    content = bytearray()
    async for chunk in response.aiter_bytes():
        content += chunk
        if len(content) > MAX_BYTES:
            raise too_large(host)
    if response.status_code != 200:
        raise refusal(
            host,
            response.status_code,
            content.decode("utf-8", "replace"),
            response.headers.get("Retry-After", ""),
        )
    return bytes(content)
