"""Who may use a server on TCP: asked before anything of a request is read.

With a token, whoever shows it. Without one (loopback only) every program of this machine, but no
web page: a browser would send a page's requests here as well, and by pointing its own name at
127.0.0.1 (DNS rebinding) the page could even read the answers. Such a request names the page's
host, or carries an ``Origin``; only a plain GET may do neither, and as no CORS headers are ever
sent, the page does not get to see what that one finds.
"""

from __future__ import annotations

import hmac

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from engine.errors import AccessError, ForeignPageError, LabError
from engine.server.failures import error_response

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


class Gate:
    """ASGI middleware.

    Args:
        app: what is behind it.
        token: to be shown as ``Authorization: Bearer TOKEN``; None asks for no token.
        host: what clients may call this machine beside ``LOOPBACK_NAMES``, without a token.
    """

    def __init__(self, app: ASGIApp, *, token: str | None, host: str) -> None:
        self._app = app
        self._token = None if token is None else token.encode()
        self._names = LOOPBACK_NAMES | {host.lower()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, or answer it with what is missing."""
        headers = Headers(scope=scope)
        refusal = self._untrusted(headers) if self._token is None else self._unknown(headers)
        app = self._app if refusal is None else error_response(scope["path"], refusal)
        await app(scope, receive, send)

    def _unknown(self, headers: Headers) -> LabError | None:
        scheme, _, shown = headers.get("authorization", "").partition(" ")
        assert self._token is not None
        # In constant time: how long a comparison takes must not tell how much of it was right.
        right = hmac.compare_digest(shown.strip().encode(), self._token)
        if right and scheme.lower() == "bearer":
            return None
        said = "a wrong token" if shown else "none"
        return AccessError(
            f"This server asks for its token, and the request has {said}. "
            "Send the header Authorization: Bearer TOKEN."
        )

    def _untrusted(self, headers: Headers) -> LabError | None:
        host = headers.get("host", "")
        if _name(host) not in self._names:
            return ForeignPageError(
                f"The request is for the host {host[:80]!a}, which this server is not. Use "
                "http://127.0.0.1 or http://localhost, or start llmlab serve with a token."
            )
        if "origin" in headers:
            return ForeignPageError(
                f"A page of {headers['origin'][:80]!a} may not use this server without its token. "
                "Start llmlab serve with one."
            )
        return None


def _name(host: str) -> str:
    """A ``Host`` header without its port."""
    if host.startswith("["):  # IPv6
        return host[1:].partition("]")[0]
    return host.partition(":")[0].lower()
