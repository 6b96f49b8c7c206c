"""Brave's web search API, with a key (``X-Subscription-Token``).

API: https://api-dashboard.search.brave.com/app/documentation/web-search/get-started
"""

from __future__ import annotations

import threading

from tools.search import reading
from tools.search.fetch import Request, fetch_json
from tools.search.format import MAX_RESULTS, Hit
from tools.search.keys import KeySource
from tools.search.refusal import unreadable


class BraveProvider:
    """Asks the API at ``base_url``."""

    name = "brave"
    leaves_machine = True

    def __init__(self, base_url: str, key: KeySource, *, timeout_s: float) -> None:
        self._base_url = base_url
        self._key = key
        self._timeout_s = timeout_s

    def search(self, query: str, cancelled: threading.Event) -> list[Hit]:
        """See ``Provider.search``."""
        request = Request(
            url=f"{self._base_url.rstrip('/')}/res/v1/web/search",
            params={"q": query, "count": str(MAX_RESULTS)},
            headers={"X-Subscription-Token": self._key.read(), "Accept": "application/json"},
        )
        host = request.host
        answer = reading.mapping(
            fetch_json(request, timeout_s=self._timeout_s, cancelled=cancelled), host
        )
        if "web" not in answer:
            # What it leaves out, it has no results for; but then it says that it searched.
            if answer.get("type") == "search":
                return []
            raise unreadable(host, "has a form that we do not know")
        results = reading.mappings(reading.mapping(answer["web"], host).get("results"), host)
        return reading.hits(
            (
                reading.text(each, "title"),
                reading.text(each, "url"),
                reading.text(each, "description"),
            )
            for each in results
        )
