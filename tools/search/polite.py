"""Asking a provider as a guest should: not too fast, not again and again, not when it is down."""

from __future__ import annotations

import threading
from collections.abc import Callable

from tools.search.breaker import Breaker
from tools.search.clock import Clock
from tools.search.format import Hit
from tools.search.provider import NotConfigured, Provider, SearchCancelled, SearchUnavailable

RETRIES = 2
BACKOFF_S = 0.5
"""Before the first retry, half to one and a half times this; before each other one twice that."""


class PoliteProvider:
    """A provider with spacing, retries and a breaker. For one thread at a time.

    Args:
        provider: whom to ask.
        spacing_s: between the end of a request and the next.
        clock: the time.
        jitter: a number from 0 to 1, drawn anew each time: many labs must not retry in step.
    """

    def __init__(
        self, provider: Provider, *, spacing_s: float, clock: Clock, jitter: Callable[[], float]
    ) -> None:
        self.provider = provider
        self.breaker = Breaker(clock)
        self._spacing_s = spacing_s
        self._clock = clock
        self._jitter = jitter
        self._ended_at: float | None = None

    def search(self, query: str, cancelled: threading.Event) -> list[Hit]:
        """Ask.

        Raises:
            SearchUnavailable: it failed, each time, or is left alone now.
            SearchCancelled: nobody waits any more; counts neither way.
        """
        if self.breaker.rest_s:
            raise SearchUnavailable(self.breaker.sentence)
        retries = 0 if self.breaker.probing else RETRIES
        try:
            hits = self._with_retries(query, cancelled, retries)
        except NotConfigured:
            raise
        except SearchUnavailable as error:
            self.breaker.failed(str(error), error.wait_s)
            raise
        self.breaker.succeeded()
        return hits

    def _with_retries(self, query: str, cancelled: threading.Event, retries: int) -> list[Hit]:
        for retry in range(retries):
            try:
                return self._spaced(query, cancelled)
            except SearchUnavailable as error:
                if not error.retry:
                    raise
            self._sleep(BACKOFF_S * 2**retry * (0.5 + self._jitter()), cancelled)
        return self._spaced(query, cancelled)

    def _spaced(self, query: str, cancelled: threading.Event) -> list[Hit]:
        if self._ended_at is not None:
            self._sleep(self._ended_at + self._spacing_s - self._clock.monotonic(), cancelled)
        try:
            return self.provider.search(query, cancelled)
        finally:
            self._ended_at = self._clock.monotonic()

    def _sleep(self, seconds: float, cancelled: threading.Event) -> None:
        if cancelled.is_set() or (seconds > 0 and self._clock.wait(cancelled, seconds)):
            raise SearchCancelled
