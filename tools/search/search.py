"""The search tool's core: one query to one provider, by way of the cache, as a result to read."""

from __future__ import annotations

import dataclasses
import random
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from tools.result import ToolResult
from tools.sanitise import sanitised_line
from tools.search.cache import Cache
from tools.search.clock import Clock
from tools.search.format import Hit, as_text
from tools.search.line import Line
from tools.search.polite import PoliteProvider
from tools.search.provider import Provider, SearchCancelled, SearchUnavailable
from tools.search.settings import SearchSettings

MAX_QUERY_CHARS = 400
"""What the narrowest of the services takes; whoever asks with more has not asked a question."""


class Search:
    """Searches with any of ``providers``. Safe to use from several threads at once.

    Args:
        providers: who can be asked.
        settings: who is asked where nobody is named, and how patiently.
        cache_path: where answers are remembered; None to remember none.
        clock: the time.
        jitter: see ``PoliteProvider``.

    Raises:
        ValueError: the settings' provider is not among ``providers``.
    """

    def __init__(
        self,
        providers: Iterable[Provider],
        *,
        settings: SearchSettings,
        cache_path: Path | None,
        clock: Clock | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.settings = settings
        self._clock = clock or Clock()
        self._cache = Cache(cache_path, self._clock) if cache_path else None
        self._providers = {provider.name: provider for provider in providers}
        self._guests = {
            provider.name: _Guest(provider, settings, self._clock, jitter)
            for provider in self._providers.values()
            if provider.leaves_machine
        }
        self.provider(settings.provider)

    @property
    def names(self) -> tuple[str, ...]:
        """Who can be asked."""
        return tuple(self._providers)

    @property
    def cache_problem(self) -> str:
        """Why answers are not remembered, a sentence; empty while they are."""
        return self._cache.problem if self._cache else ""

    def provider(self, name: str) -> Provider:
        """The provider of that name.

        Raises:
            ValueError: there is none; the sentence names those there are.
        """
        if name not in self._providers:
            raise ValueError(
                f"There is no search provider {name!r}. There are: {', '.join(self._providers)}."
            )
        return self._providers[name]

    def search(
        self,
        query: str,
        provider: str | None = None,
        cancelled: threading.Event | None = None,
    ) -> ToolResult:
        """Search. Kinds: ``ok``; ``empty``, where nothing was found; ``unavailable``, where nobody
        searched; ``error`` and ``limit`` for a query without words or with too many;
        ``cancelled``, within a twentieth of a second.

        Raises:
            ValueError: there is no such provider.
        """
        asked = self.provider(provider or self.settings.provider)
        begun = time.perf_counter()
        result = self._result(asked, query, cancelled or threading.Event())
        return dataclasses.replace(result, elapsed_ms=(time.perf_counter() - begun) * 1000)

    def close(self) -> None:
        """Close the cache's file."""
        if self._cache:
            self._cache.close()

    def _result(self, asked: Provider, query: str, cancelled: threading.Event) -> ToolResult:
        if len(query) > MAX_QUERY_CHARS:
            return ToolResult(
                kind="limit",
                error=f"a query of {len(query)} characters; {MAX_QUERY_CHARS} are allowed",
            )
        query = sanitised_line(query, MAX_QUERY_CHARS)
        if not query:
            return ToolResult(kind="error", error="there is nothing to search for")
        try:
            hits = self._hits(asked, query, cancelled)
        except SearchUnavailable as error:
            return ToolResult(kind="unavailable", error=f"search unavailable: {error}")
        except SearchCancelled:
            return ToolResult(kind="cancelled", error="the search was cancelled")
        return ToolResult(
            kind="ok" if hits else "empty",
            output=as_text(hits),
            sources=tuple(hit.url or hit.source for hit in hits),
        )

    def _hits(self, asked: Provider, query: str, cancelled: threading.Event) -> list[Hit]:
        if cancelled.is_set():
            raise SearchCancelled
        if not asked.leaves_machine:
            return asked.search(query, cancelled)
        found = self._remembered(asked, query)
        if found is not None:
            return found
        guest = self._guests[asked.name]

        def ask(left: threading.Event) -> list[Hit]:
            # Somebody before us in the line may have asked the same.
            hits = self._remembered(asked, query)
            if hits is None:
                hits = guest.polite.search(query, left)
                if self._cache:
                    self._cache.put(asked.name, query, hits)
            return hits

        return guest.line.run(ask, cancelled)

    def _remembered(self, asked: Provider, query: str) -> list[Hit] | None:
        return self._cache.get(asked.name, query) if self._cache else None


class _Guest:
    """What stands between a provider on somebody else's machine and its callers."""

    def __init__(
        self,
        provider: Provider,
        settings: SearchSettings,
        clock: Clock,
        jitter: Callable[[], float],
    ) -> None:
        self.line = Line(provider.name, patience_s=settings.patience_s, clock=clock)
        self.polite = PoliteProvider(
            provider, spacing_s=settings.spacing_s, clock=clock, jitter=jitter
        )
