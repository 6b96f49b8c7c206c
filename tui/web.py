"""The app in a browser, by textual-serve: each page that is opened runs an app of its own.

Whoever reaches the page can do what its owner can: train, write files, run code in the jail. So it
asks for a token, which the printed address has in it and the browser keeps as a cookie, and it
takes no connection that another page has opened.
"""

from __future__ import annotations

import hmac
import shlex
import socket
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp import web
from textual_serve.server import Server

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
APP = (sys.executable, "-P", "-c", "from tui.start import run; raise SystemExit(run())")
_TEMPLATES = Path(__file__).parent / "web_page"
"""Our page instead of textual-serve's, which loads a font from another host and has no focus."""


class LabServer(Server):
    """Serves the lab.

    Args:
        url: of the page, as it is to be opened.
        token: that whoever opens it must show.
        ready: called once it can be opened.
    """

    def __init__(self, url: str, token: str, ready: Callable[[], None]) -> None:
        super().__init__(shlex.join(APP), title="llmlab", public_url=url, templates_path=_TEMPLATES)
        self._token, self._ready = token, ready
        # Browsers give a cookie to all ports of a host.
        self._cookie = "llmlab-" + url.rpartition(":")[2]

    def serve_on(self, listener: socket.socket) -> None:
        """Serve until Ctrl+C."""
        web.run_app(self._make_app(), sock=listener, print=None, access_log=None)

    async def on_startup(self, app: web.Application) -> None:
        """Tell, in place of a banner."""
        self._ready()

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()
        app.middlewares.append(self._gate)
        return app

    @web.middleware
    async def _gate(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse whoever does not show the token, and what another page sends."""
        origin = request.headers.get("Origin")
        if origin is not None and origin.partition("://")[2] != request.host:
            raise web.HTTPForbidden(text="Another page may not use the lab.")
        shown = request.query.get("token", "")
        kept = request.cookies.get(self._cookie, "")
        if self._knows(shown) and request.path == "/":
            # Away from the address bar and the history.
            answer = web.HTTPFound("/")
            answer.set_cookie(self._cookie, self._token, httponly=True, samesite="Strict")
            return answer
        if not self._knows(kept):
            raise web.HTTPForbidden(
                text="The lab is opened by the address that `llmlab web` has printed."
            )
        return await handler(request)

    def _knows(self, token: str) -> bool:
        return hmac.compare_digest(token.encode(), self._token.encode())

    async def handle_index(self, request: web.Request) -> Any:
        """The page; its socket is where the page is, also behind a tunnel or a proxy."""
        scheme = request.headers.get("X-Forwarded-Proto", request.scheme)
        self.public_url = f"{scheme}://{request.host}"
        return await super().handle_index(request)
