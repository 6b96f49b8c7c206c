"""Wikipedia, or any other MediaWiki: the beginnings of the articles that match best.

API: https://www.mediawiki.org/wiki/API:Search with the extracts of
https://www.mediawiki.org/wiki/Extension:TextExtracts
"""

from __future__ import annotations

import threading

from tools.search import reading
from tools.search.fetch import Request, fetch_json
from tools.search.format import MAX_RESULTS, Hit
from tools.search.provider import SearchUnavailable

_PARAMS = {
    "action": "query",
    "generator": "search",
    "gsrlimit": str(MAX_RESULTS),
    "prop": "extracts|info",
    "inprop": "url",
    "exintro": "1",
    "explaintext": "1",
    "exchars": "600",
    "exlimit": str(MAX_RESULTS),
    "format": "json",
    "formatversion": "2",
}


class WikipediaProvider:
    """Asks the wiki at ``base_url``, whose API is at ``/w/api.php``."""

    name = "wikipedia"
    leaves_machine = True

    def __init__(self, base_url: str, *, timeout_s: float) -> None:
        self._base_url = base_url
        self._timeout_s = timeout_s

    def search(self, query: str, cancelled: threading.Event) -> list[Hit]:
        """See ``Provider.search``."""
        request = Request(
            url=f"{self._base_url.rstrip('/')}/w/api.php", params=_PARAMS | {"gsrsearch": query}
        )
        host = request.host
        answer = reading.mapping(
            fetch_json(request, timeout_s=self._timeout_s, cancelled=cancelled), host
        )
        if "error" in answer:
            # Its errors come with status 200.
            code = reading.text(reading.mapping(answer["error"], host), "code")
            raise SearchUnavailable(f"{host} did not search (it says {code[:60]!r})")
        if "query" not in answer and "batchcomplete" in answer:
            return []
        pages = reading.mappings(reading.mapping(answer.get("query"), host).get("pages"), host)
        return reading.hits(
            (
                reading.text(page, "title"),
                reading.text(page, "fullurl"),
                reading.text(page, "extract"),
            )
            for page in sorted(pages, key=_place)
        )


def _place(page: dict[str, object]) -> int:
    """Pages come in the order of their ids; ``index`` is the place among the results."""
    index = page.get("index")
    return index if isinstance(index, int) else MAX_RESULTS
