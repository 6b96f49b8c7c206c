"""Search for a model and for a person: one tool, six providers, none of them followed anywhere.

``pocket`` searches the pocket web offline (``query`` takes questions apart, ``passage`` finds the
sentences that answer); ``duckduckgo``, ``searxng``, ``wikipedia``, ``brave`` and ``tavily`` ask
services (``fetch`` and ``exchange``: bounded requests; ``reading`` and ``refusal``: answers read,
blocked told apart from empty). ``search`` puts them behind one call, with a ``cache``, a ``line``
for each, and manners (``polite``, ``breaker``). ``settings`` and ``keys`` come from the
environment. ``format`` is what a model reads: a line a result.
"""

from __future__ import annotations

import threading
from pathlib import Path

from tools.result import ToolResult
from tools.search.brave import BraveProvider
from tools.search.duckduckgo import DdgsProvider
from tools.search.provider import Provider
from tools.search.search import MAX_QUERY_CHARS, Search
from tools.search.searxng import SearxngProvider
from tools.search.settings import SearchSettings
from tools.search.tavily import TavilyProvider
from tools.search.wikipedia import WikipediaProvider
from tools.tool import Tool

__all__ = ["Search", "SearchSettings", "open_search", "search_tool"]


def open_search(settings: SearchSettings, *, pocket: Provider, cache_path: Path | None) -> Search:
    """All providers behind one call. Opens no file and no connection yet.

    Args:
        settings: who is asked, where, with which keys.
        pocket: searches the pocket web, a ``PocketProvider`` or what stands for one; its owner
            closes it.
        cache_path: where services' answers are remembered; None to remember none.
    """
    timeout_s = settings.timeout_s
    return Search(
        (
            pocket,
            DdgsProvider(settings.ddgs_url, timeout_s=timeout_s),
            SearxngProvider(settings.searxng_url, timeout_s=timeout_s),
            WikipediaProvider(settings.wikipedia_url, timeout_s=timeout_s),
            BraveProvider(settings.brave_url, settings.brave_key, timeout_s=timeout_s),
            TavilyProvider(settings.tavily_url, settings.tavily_key, timeout_s=timeout_s),
        ),
        settings=settings,
        cache_path=cache_path,
    )


def search_tool(search: Search) -> Tool:
    """The tool ``search``; its trust is ``pure`` if the settings' provider is on this machine."""

    def run(text: str, cancelled: threading.Event) -> ToolResult:
        return search.search(text, cancelled=cancelled)

    leaves_machine = search.provider(search.settings.provider).leaves_machine
    return Tool(
        name="search",
        start="<|search_start|>",
        end="<|search_end|>",
        trust="network" if leaves_machine else "pure",
        doc="Look something up. The call is a few words; the result a line for each of the three "
        "best pages, `source: text`, or `No results.`",
        function=run,
        max_input_chars=MAX_QUERY_CHARS,
        max_output_chars=1_000,
    )
