"""A provider that does as it is told, for tests of what stands around providers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from tools.search.format import Hit
from tools.search.provider import SearchCancelled, SearchUnavailable
from tools.search.search import Search

MakeSearch = Callable[..., Search]

HIT = Hit.of(source="a.example", title="T", snippet="Orson Kovats.", url="https://a.example/1")
BUSY = SearchUnavailable("a.example has a fault of its own (HTTP 503)", retry=True)
BLOCKED = SearchUnavailable("a.example refuses to answer us (HTTP 403)")

Outcome = list[Hit] | Exception


class Scripted:
    """A provider whose outcomes come in turn, the last one for ever."""

    leaves_machine = True

    def __init__(self, *outcomes: Outcome, name: str = "ddgs") -> None:
        self.name = name
        self.outcomes = outcomes
        self.asked: list[str] = []
        self.hold: threading.Event | None = None
        self.inside = 0
        self.most_inside = 0

    def search(self, query: str, cancelled: threading.Event) -> list[Hit]:
        self.inside += 1
        self.most_inside = max(self.most_inside, self.inside)
        try:
            self.asked.append(query)
            end = time.monotonic() + 20
            while self.hold is not None and not self.hold.wait(0.005):
                assert time.monotonic() < end, "nobody cancelled"
                if cancelled.is_set():
                    raise SearchCancelled
            outcome = self.outcomes[min(len(self.asked), len(self.outcomes)) - 1]
            if isinstance(outcome, Exception):
                raise outcome
            return outcome
        finally:
            self.inside -= 1


class Local(Scripted):
    leaves_machine = False
