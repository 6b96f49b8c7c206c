"""Where a server listens on TCP, and who may be allowed to reach it there. Imports no HTTP."""

from __future__ import annotations

import errno
import os
import socket
from dataclasses import dataclass, field
from functools import cache

from engine.errors import LabError

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8080
MIN_TOKEN_CHARS = 16
"""Of a token that strangers may try to guess."""

_BACKLOG = 128


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """A host and port to listen on, and the token that clients must show.

    Raises:
        LabError: a port that is none, a token that no header can hold, or none (or a short one)
            where other machines could connect.
    """

    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    token: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65535:
            raise LabError(f"--port {self.port} is no port. Choose one from 1 to 65535, or 0.")
        if self.token is not None and not _fits_header(self.token):
            raise LabError(
                "The token must be visible ASCII characters without spaces. Make one with: "
                'python -c "import secrets; print(secrets.token_urlsafe())"'
            )
        if not self.is_loopback and (self.token is None or len(self.token) < MIN_TOKEN_CHARS):
            what = "needs a token" if self.token is None else "needs a longer token"
            raise LabError(
                f"Other machines can connect to {self.host}, so the server {what}: set "
                f"LLMLAB_TOKEN to at least {MIN_TOKEN_CHARS} characters that nobody guesses, or "
                "listen on 127.0.0.1."
            )

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can connect."""
        import ipaddress  # not at the top: every command asks this module for its defaults

        _, sockaddr = _resolve(self.host, self.port)
        return ipaddress.ip_address(str(sockaddr[0]).partition("%")[0]).is_loopback

    def listen(self) -> socket.socket:
        """A listening socket.

        Raises:
            LabError: the port is taken or may not be used, or the host is not this machine.
        """
        family, sockaddr = _resolve(self.host, self.port)
        listener = socket.socket(family, socket.SOCK_STREAM)
        try:
            if os.name == "posix":  # elsewhere it would let two programs share a port
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(sockaddr)
            listener.listen(_BACKLOG)
        except OSError as error:
            listener.close()
            raise LabError(self._why_not(error)) from error
        return listener

    def url(self, listener: socket.socket) -> str:
        """What clients are to be given as the base URL of OpenAI's API."""
        port = listener.getsockname()[1]
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{port}/v1"

    def _why_not(self, error: OSError) -> str:
        if error.errno == errno.EADDRINUSE:
            return (
                f"Port {self.port} of {self.host} is in use. Choose another with --port, or end "
                "the program that listens there."
            )
        if error.errno == errno.EACCES:
            return f"Port {self.port} is kept for the system. Choose one above 1023 with --port."
        if error.errno == errno.EADDRNOTAVAIL:
            return f"{self.host} is no address of this machine. Choose another with --host."
        return f"{self.host}, port {self.port}, cannot be used: {error.strerror}. Choose another."


def _fits_header(token: str) -> bool:
    return bool(token) and all("!" <= char <= "~" for char in token)


@cache  # what was found to be loopback is what is listened on
def _resolve(host: str, port: int) -> tuple[socket.AddressFamily, tuple[str, int]]:
    """The first address that a host's name stands for."""
    try:
        # An empty name would mean every address there is; nobody should say that by accident.
        found = socket.getaddrinfo(host or " ", port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise LabError(
            f"--host {host!a} stands for no address ({error}). Give this machine's name or "
            "address, such as 127.0.0.1."
        ) from error
    family, _, _, _, sockaddr = found[0]
    return family, sockaddr  # type: ignore[return-value]
