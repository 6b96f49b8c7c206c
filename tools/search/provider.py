"""What a search provider is, and how it says that it cannot search now."""

from __future__ import annotations

import threading
from typing import Protocol

from tools.search.format import Hit


class SearchUnavailable(Exception):  # noqa: N818  (a state of the world, not a mistake)
    """The provider did not search: blocked, rate-limited, down, or its answer made no sense.

    An empty list of results says something else: it searched and found nothing.

    Args:
        sentence: what happened, without a full stop; shown after "search unavailable: ".
        retry: whether the same request may well succeed in a second.
        wait_s: for how long the provider asks to be left alone, where it says so.
    """

    def __init__(self, sentence: str, *, retry: bool = False, wait_s: float | None = None) -> None:
        super().__init__(sentence)
        self.retry = retry
        self.wait_s = wait_s


class NotConfigured(SearchUnavailable):
    """The provider lacks a key or an address: nobody was asked, so nobody failed."""


class SearchCancelled(Exception):  # noqa: N818  (asked for)
    """Nobody waits for the results any more."""


class Provider(Protocol):
    """Something that can be asked. If it leaves the machine, one thread at a time calls it."""

    @property
    def name(self) -> str:
        """What settings and the command line call it."""

    @property
    def leaves_machine(self) -> bool:
        """Whether a query is sent to somebody else's machine."""

    def search(self, query: str, cancelled: threading.Event) -> list[Hit]:
        """The best results, best first; empty where there are none.

        Raises:
            SearchUnavailable: it could not be asked.
            SearchCancelled: ``cancelled`` was set before there was an answer.
        """
