"""One HTTP request to a search service, and the JSON that it answers with."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from tools.search.refusal import captcha, looks_like_captcha, unreadable


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """A request; with ``body`` it is a POST of JSON."""

    url: str
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """May hold a key."""
    body: Mapping[str, Any] | None = None

    @property
    def host(self) -> str:
        """Who is asked: all that sentences say of an address."""
        return host_of(self.url)


def host_of(url: str) -> str:
    """Host and port of an address that is known to be well-formed."""
    return urlsplit(url).netloc


def fetch_json(request: Request, *, timeout_s: float, cancelled: threading.Event) -> Any:
    """The JSON that the service answers with. Not to be called on a thread with an event loop.

    Raises:
        SearchUnavailable: there is no such answer.
        SearchCancelled: ``cancelled`` was set; the connection is closed at once.
    """
    # Imported when needed: a lab that stays offline need not wait for an HTTP client.
    from tools.search.exchange import exchange

    content = exchange(request, timeout_s=timeout_s, cancelled=cancelled)
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        if looks_like_captcha(content.decode("utf-8", "replace")):
            raise captcha(request.host) from error
        raise unreadable(request.host, "is not JSON") from error
