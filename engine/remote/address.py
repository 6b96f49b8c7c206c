"""The URL of a server as people write it: with or without ``/v1``, perhaps copied whole."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from engine.errors import RemoteError

_ENDPOINTS = re.compile(r"(/chat)?/completions$|/models$")
_VERSIONED = re.compile(r"/v\d+[a-z0-9]*$")
_LONGEST = 2000


def candidates(text: str) -> tuple[str, ...]:
    """The base URLs that ``text`` may mean, the likelier first; paths are appended to a base.

    >>> candidates("http://localhost:11434")
    ('http://localhost:11434/v1', 'http://localhost:11434')

    Raises:
        RemoteError: this is no http or https URL, or it holds a password or a query.
    """
    parts = _split(text.strip())
    path = _ENDPOINTS.sub("", parts.path.rstrip("/"))
    base = f"{parts.scheme}://{parts.netloc}{path}"
    return (base,) if _VERSIONED.search(path) else (f"{base}/v1", base)


def default_name(url: str) -> str:
    """A short name for a server that was given none: ``local-11434``, ``api.openai.com``."""
    parts = urlsplit(url)
    if is_loopback(url):
        return f"local-{parts.port or (443 if parts.scheme == 'https' else 80)}"
    name = re.sub(r"[^A-Za-z0-9.-]", "-", parts.hostname or "").strip("-.")[:32]
    return name or "server"


def is_loopback(url: str) -> bool:
    """Whether the host is this machine, so that no proxy is asked and a key stays here."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _split(text: str) -> SplitResult:
    shown = repr(text[:80])
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port  # a port that is no number raises here
    except ValueError as error:
        raise RemoteError(f"{shown} is not a URL ({error}). Write http://HOST:PORT.") from None
    if parts.scheme not in ("http", "https") or not host:
        raise RemoteError(f"{shown} is not an http or https URL. Write http://HOST:PORT.")
    if parts.username is not None or parts.password is not None:
        raise RemoteError(
            "The URL holds a password, and URLs are shown. Leave it out and give the key by the "
            "name of an environment variable, or in a file."
        )
    if parts.query or parts.fragment:
        raise RemoteError(f"{shown} has a '?' or '#' part. Give the server's address alone.")
    if not text.isascii() or not text.isprintable() or " " in text or len(text) > _LONGEST:
        raise RemoteError(f"{shown} holds characters that no URL has. Write http://HOST:PORT.")
    return parts
