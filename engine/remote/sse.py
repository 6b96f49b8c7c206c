"""Server-sent events as other servers send them: LF or CRLF, comments, several data lines."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator

from engine.errors import RemoteError

MAX_LINE_BYTES = 1 << 20
"""Longest line; a token with twenty alternatives takes about 3 kB."""


async def event_data(chunks: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """The data of each event. What follows the last line ending is no whole line: it is left out.

    Raises:
        RemoteError: a line or an event is longer than ``MAX_LINE_BYTES``: this is no event stream.
    """
    data: list[bytes] = []
    size = 0
    async for line in _lines(chunks):
        if line.startswith(b"data:"):
            data.append(line[5:].removeprefix(b" "))
            size += len(line)
            if size > MAX_LINE_BYTES:
                raise _too_long()
        elif not line and data:
            yield b"\n".join(data)
            data, size = [], 0
    if data:  # Some servers close right after the last line.
        yield b"\n".join(data)


async def _lines(chunks: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    rest = b""
    async for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        if len(rest) > MAX_LINE_BYTES:
            raise _too_long()
        for line in lines:
            yield line.removesuffix(b"\r")


def _too_long() -> RemoteError:
    return RemoteError(
        f"the server sent a line of over {MAX_LINE_BYTES:,} bytes, which is no stream of tokens"
    )
