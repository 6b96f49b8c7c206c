"""Find a stop string in text that arrives in pieces. Imports no torch.

A stop string can begin in one token and end three tokens later. So the longest end of the text
that might still become a stop string is held back until it either does or cannot.
"""

from __future__ import annotations

from collections.abc import Sequence


class StopStrings:
    """The matching state of one row."""

    __slots__ = ("_held", "_stops")

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = tuple(stops)
        self._held = ""

    def add(self, text: str) -> tuple[str, bool]:
        """Take the next piece; return the text now known not to be part of a stop string.

        The second value says that a stop string was completed: the text returned is all that
        stood before the one that was complete first (however the text was cut into pieces), and
        the rest is dropped.
        """
        if not self._stops:
            return text, False
        text = self._held + text
        found = [(at + len(stop), at) for stop in self._stops if (at := text.find(stop)) >= 0]
        if found:
            self._held = ""
            _, start = min(found)
            return text[:start], True
        keep = self._possible_start(text)
        self._held = text[len(text) - keep :]
        return text[: len(text) - keep], False

    def finish(self) -> str:
        """Return what was held back: the text ended, so it is no stop string."""
        held, self._held = self._held, ""
        return held

    def _possible_start(self, text: str) -> int:
        """Length of the longest end of ``text`` that begins a stop string."""
        longest = min(len(text), max(map(len, self._stops)) - 1)
        for length in range(longest, 0, -1):
            end = text[len(text) - length :]
            if any(stop.startswith(end) for stop in self._stops):
                return length
        return 0
