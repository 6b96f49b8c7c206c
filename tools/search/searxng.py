"""A SearXNG server of one's own choice (``/search?format=json``)."""

from __future__ import annotations

import threading

from tools.search import reading
from tools.search.fetch import Request, fetch_json
from tools.search.format import Hit
from tools.search.provider import NotConfigured, SearchUnavailable


class SearxngProvider:
    """Asks the server at ``base_url``, which must have the format json allowed in its settings."""

    name = "searxng"
    leaves_machine = True

    def __init__(self, base_url: str | None, *, timeout_s: float) -> None:
        self._base_url = base_url
        self._timeout_s = timeout_s

    def search(self, query: str, cancelled: threading.Event) -> list[Hit]:
        """See ``Provider.search``."""
        if self._base_url is None:
            raise NotConfigured("set LLMLAB_SEARXNG_URL to the address of a SearXNG server")
        request = Request(
            url=f"{self._base_url.rstrip('/')}/search", params={"q": query, "format": "json"}
        )
        answer = reading.mapping(
            fetch_json(request, timeout_s=self._timeout_s, cancelled=cancelled), request.host
        )
        found = reading.hits(
            (reading.text(each, "title"), reading.text(each, "url"), reading.text(each, "content"))
            for each in reading.mappings(answer.get("results"), request.host)
        )
        silent = _silent_engines(answer.get("unresponsive_engines"))
        if not found and silent:
            # Nobody searched, so nothing is known about what there is.
            raise SearchUnavailable(
                f"the engines behind {request.host} do not answer: {', '.join(silent)}"
            )
        return found


def _silent_engines(value: object) -> list[str]:
    """Names of engines from SearXNG's list of (name, reason)."""
    if not isinstance(value, list):
        return []
    return [
        name
        for each in value[:5]
        if isinstance(each, list) and each and isinstance(name := each[0], str)
    ]
