"""DuckDuckGo without a key, by way of ``ddgs``: it knows the page and looks like a browser.

Only its parts are used. ``DDGS.text`` says "No results found." whether nothing was found or we
were blocked (HTTP 202, 403, 429, a CAPTCHA), and takes another engine where it does not know one;
here the status is looked at and there is one engine.
"""

from __future__ import annotations

import re
import threading
from typing import Any

from tools.search import reading
from tools.search.fetch import host_of
from tools.search.format import Hit
from tools.search.provider import SearchCancelled, SearchUnavailable
from tools.search.refusal import (
    MAX_BYTES,
    captcha,
    looks_like_captcha,
    refusal,
    too_large,
    unreadable,
)

_SAYS_NOTHING_FOUND = re.compile(r"no[-\s]+results?\b", re.IGNORECASE)


class DdgsProvider:
    """Asks the page at ``url``, made like DuckDuckGo's for browsers without JavaScript."""

    name = "ddgs"
    leaves_machine = True

    def __init__(self, url: str, *, timeout_s: float) -> None:
        self._url = url
        self._timeout_s = timeout_s

    def search(self, query: str, cancelled: threading.Event) -> list[Hit]:
        """See ``Provider.search``; a request under way ends by its time-out only."""
        # Imported when needed: an HTML parser and a TLS stack, for a lab that may stay offline.
        from ddgs.engines.duckduckgo import Duckduckgo

        # ddgs says int, its HTTP client takes any number of seconds.
        engine: Any = Duckduckgo(timeout=self._timeout_s)  # type: ignore[arg-type]
        payload = engine.build_payload(query, "us-en", "moderate", None)
        page = self._page(engine.http_client.client, payload)
        if cancelled.is_set():
            raise SearchCancelled
        return self._read(engine, page)

    def _page(self, client: Any, payload: dict[str, str]) -> str:
        """The page as text, if the server answered with status 200."""
        import primp

        host = host_of(self._url)
        content = bytearray()
        try:
            with client.request(
                "POST", self._url, data=payload, follow_redirects=False, stream=True
            ) as response:
                for chunk in response.iter_bytes():
                    content += chunk
                    if len(content) > MAX_BYTES:
                        raise too_large(host)
        except primp.TimeoutError as error:
            raise SearchUnavailable(
                f"{host} did not answer within {self._timeout_s:g} s"
            ) from error
        except primp.ConnectError as error:
            raise SearchUnavailable(f"{host} cannot be reached", retry=True) from error
        except primp.PrimpError as error:
            raise SearchUnavailable(
                f"{host} broke the connection off ({type(error).__name__})", retry=True
            ) from error
        page = content.decode("utf-8", "replace")
        if 300 <= response.status_code < 400:
            raise SearchUnavailable(f"{host} sends us elsewhere, where we do not follow")
        if response.status_code != 200:
            raise refusal(host, response.status_code, page, response.headers.get("retry-after", ""))
        return page

    def _read(self, engine: Any, page: str) -> list[Hit]:
        from lxml.etree import LxmlError

        host = host_of(self._url)
        try:
            everything = engine.extract_results(page) if page.strip() else []
        except (LxmlError, ValueError) as error:
            raise unreadable(host, "is no page that we can read") from error
        linked = [each for each in everything if each.href]
        if linked:
            found = engine.post_extract_results(linked)  # less the adverts
            return reading.hits((each.title, each.href, each.body) for each in found)
        if looks_like_captcha(page):
            raise captcha(host)
        if not _SAYS_NOTHING_FOUND.search(page):
            raise unreadable(host, "holds neither results nor a word that there are none")
        return []
