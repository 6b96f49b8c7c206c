"""The body of a request, within bounds of size and time."""

from __future__ import annotations

import asyncio

from starlette.requests import Request

from engine.errors import RequestError, RequestTooLargeError
from engine.protocol import MAX_BODY_BYTES

BODY_TIMEOUT_S = 30.0
"""For the whole body, so that one that trickles in does not hold its place for long."""

_DRAINED_BYTES = 16 * MAX_BODY_BYTES
"""So much of a body that is too long is read and forgotten: a client that is still sending might
never look at an answer."""


async def read_body(request: Request) -> bytes:
    """The request's body.

    Raises:
        RequestTooLargeError: it is longer than ``MAX_BODY_BYTES``.
        RequestError: it did not come within ``BODY_TIMEOUT_S``.
    """
    body = bytearray()
    n_bytes = 0
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            async for chunk in request.stream():
                n_bytes += len(chunk)
                if n_bytes <= MAX_BODY_BYTES:
                    body += chunk
                elif n_bytes > _DRAINED_BYTES:
                    break
    except TimeoutError:
        raise RequestError(
            f"The request's body did not arrive within {BODY_TIMEOUT_S:.0f} s. Send it at once."
        ) from None
    if n_bytes > MAX_BODY_BYTES:
        raise RequestTooLargeError(
            f"The request is longer than {MAX_BODY_BYTES:,} bytes. Shorten the prompt."
        )
    return bytes(body)
