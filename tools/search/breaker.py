"""A circuit breaker: who fails again and again is left alone for a while."""

from __future__ import annotations

from tools.search.clock import Clock

FAILURES = 3
"""Searches in a row that fail before it opens."""
REST_S = 60.0
"""How long it then stays open; afterwards one search is let through as a probe."""


class Breaker:
    """Counts the failures in a row of one provider. For one thread at a time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures = 0
        self._open_until = 0.0
        self._reason = ""

    @property
    def rest_s(self) -> float:
        """Seconds for which nobody may ask; 0 where one may."""
        return max(0.0, self._open_until - self._clock.monotonic()) if self._open_until else 0.0

    @property
    def probing(self) -> bool:
        """Whether the next search is a probe: one more failure opens the breaker at once."""
        return self._failures >= FAILURES and not self.rest_s

    @property
    def sentence(self) -> str:
        """Why nobody may ask now, and until when."""
        return f"{self._reason}; it is left alone until {self._clock.time_of_day(self.rest_s)}"

    def succeeded(self) -> None:
        """There was an answer, be it without results."""
        self._failures = 0
        self._open_until = 0.0

    def failed(self, reason: str, wait_s: float | None) -> None:
        """There was none.

        Args:
            reason: the sentence that said so.
            wait_s: for how long the provider itself asked to be left alone.
        """
        self._failures += 1
        self._reason = reason
        rest_s = max(wait_s or 0.0, REST_S if self._failures >= FAILURES else 0.0)
        if rest_s:
            self._open_until = self._clock.monotonic() + rest_s
