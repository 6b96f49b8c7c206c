"""What went wrong with another server, as a sentence that ends in what to do."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator
from typing import Any

from engine import wire
from engine.errors import LabError, RemoteError
from engine.remote.servers import Server

_LONGEST_QUOTE = 300
_SURROGATES = re.compile("[\ud800-\udfff]")


class RefusedError(Exception):
    """A server answered with an error; the client may ask again in other terms."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(f"status {status}: {said}")
        self.status, self.said = status, said


def clean(text: str) -> str:
    """``text`` without halves of surrogate pairs, which JSON can carry and UTF-8 cannot."""
    return text if text.isascii() else _SURROGATES.sub("\ufffd", text)


def quote(text: str, key: str | None = None) -> str:
    """A server's words in one line of a sentence: cut, printable, and without our key."""
    if key:
        text = text.replace(key, "(the key)")
    words = " ".join(text[: 4 * _LONGEST_QUOTE].split())
    words = "".join(c if c.isprintable() else "\ufffd" for c in words)
    return words if len(words) <= _LONGEST_QUOTE else words[: _LONGEST_QUOTE - 1] + "…"


def message_of(value: Any) -> str:
    """The message in an error body, whichever of the usual places it stands in; else nothing."""
    if not isinstance(value, dict):
        return ""
    error = value.get("error", value)
    if isinstance(error, dict):
        error = error.get("message") or error.get("detail") or ""
    return error if isinstance(error, str) else ""


def said_in(body: bytes, key: str | None) -> str:
    """What an error response says; a page of HTML says nothing that a person wants to read."""
    try:
        said = message_of(wire.loads(body))
    except LabError:
        text = body.decode(errors="replace").strip()
        said = "" if text.startswith("<") else text
    return quote(said, key)


def refused(server: Server, error: RefusedError) -> RemoteError:
    """A status that is not 200."""
    said = f": {error.said}" if error.said else "."
    said = said if said.endswith((".", "!", "?")) else f"{said}."
    if error.status in (401, 403):
        if not server.has_key:
            return RemoteError(
                f"{server.name} wants a key (status {error.status}){said} Connect it again with "
                "the name of the variable that holds the key: llmlab connect "
                f"{server.url} --key-env NAME"
            )
        return RemoteError(
            f"{server.name} does not accept the key in {server.key_source()} "
            f"(status {error.status}){said} Put the right key there."
        )
    if 300 <= error.status < 400:
        return RemoteError(
            f"{server.name} sends on to another address{said} Connect that one instead, if you "
            "trust it."
        )
    advice = {
        404: "Choose another model, or check the URL.",
        429: "Wait a little and ask again.",
    }.get(error.status, "Look at that server's log." if error.status >= 500 else "")
    return RemoteError(f"{server.name} answered with status {error.status}{said} {advice}".strip())


def unreachable(server: Server, error: Exception, *, silence_s: float, began: bool) -> RemoteError:
    """An error below HTTP: no connection, no TLS, no answer, or an answer that broke off.

    Args:
        server: who was asked.
        error: what httpx raised.
        silence_s: how long was waited for a word.
        began: whether some of the answer had come.
    """
    import httpx

    name = f"{server.name} ({server.url})"
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLError) and not began:
            return _no_tls(name, cause)
        if isinstance(cause, socket.gaierror):
            return RemoteError(f"{name}: no machine of that name is known. Check the URL.")
        if isinstance(cause, ConnectionRefusedError):
            return RemoteError(
                f"{name}: nobody listens there (connection refused). Start the server, or check "
                "host and port."
            )
    if isinstance(error, httpx.ConnectTimeout):
        return RemoteError(
            f"{name} cannot be reached: no answer from the machine. Check that it is on and that "
            "no firewall is in between."
        )
    if isinstance(error, httpx.TimeoutException):
        return RemoteError(
            f"{name} has said nothing for {silence_s:.0f} s. It may be loading the model: ask "
            "again later, or look at that server's log."
        )
    how = quote(str(error)) or type(error).__name__
    if began:
        return RemoteError(f"{name} broke off in the middle of its answer ({how}). Ask again.")
    return RemoteError(
        f"{name} cannot be talked to ({how}). Check that the URL is that of an OpenAI-compatible "
        "server."
    )


def _no_tls(name: str, error: ssl.SSLError) -> RemoteError:
    if isinstance(error, ssl.SSLCertVerificationError):
        return RemoteError(
            f"{name}: its certificate is not accepted ({quote(error.verify_message)}). Use the "
            "name that stands in the certificate, or set SSL_CERT_FILE to your authority's."
        )
    reason = quote(error.reason or str(error))
    return RemoteError(
        f"{name}: there is no TLS with it ({reason}). If it speaks plain HTTP, write http:// "
        "instead of https://."
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and everything it came from, groups of errors opened."""
    waiting: list[BaseException] = [error]
    seen: set[int] = set()
    while waiting:
        cause = waiting.pop()
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        if isinstance(cause, BaseExceptionGroup):
            waiting.extend(cause.exceptions)
        waiting.extend(c for c in (cause.__cause__, cause.__context__) if c is not None)
