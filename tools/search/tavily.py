"""Tavily's search API, with a key (a bearer token).

API: https://docs.tavily.com/documentation/api-reference/endpoint/search
"""

from __future__ import annotations

import threading

from tools.search import reading
from tools.search.fetch import Request, fetch_json
from tools.search.format import MAX_RESULTS, Hit
from tools.search.keys import KeySource


class TavilyProvider:
    """Asks the API at ``base_url``."""

    name = "tavily"
    leaves_machine = True

    def __init__(self, base_url: str, key: KeySource, *, timeout_s: float) -> None:
        self._base_url = base_url
        self._key = key
        self._timeout_s = timeout_s

    def search(self, query: str, cancelled: threading.Event) -> list[Hit]:
        """See ``Provider.search``."""
        request = Request(
            url=f"{self._base_url.rstrip('/')}/search",
            headers={"Authorization": f"Bearer {self._key.read()}"},
            body={"query": query, "max_results": MAX_RESULTS, "search_depth": "basic"},
        )
        answer = reading.mapping(
            fetch_json(request, timeout_s=self._timeout_s, cancelled=cancelled), request.host
        )
        return reading.hits(
            (reading.text(each, "title"), reading.text(each, "url"), reading.text(each, "content"))
            for each in reading.mappings(answer.get("results"), request.host)
        )
