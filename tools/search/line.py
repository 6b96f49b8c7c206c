"""One request at a time to a provider, and nobody waits for it longer than they want to."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

from tools.search.clock import Clock
from tools.search.provider import SearchCancelled, SearchUnavailable

T = TypeVar("T")

_LOOK_S = 0.02


class Line:
    """Where the callers of one provider queue. Safe to use from several threads at once.

    Args:
        name: the provider, for sentences.
        patience_s: how long a caller waits for its turn and its answer together.
        clock: the time.
    """

    def __init__(self, name: str, *, patience_s: float, clock: Clock) -> None:
        self._name = name
        self._patience_s = patience_s
        self._clock = clock
        self._turn = threading.Lock()

    def run(self, job: Callable[[threading.Event], T], cancelled: threading.Event) -> T:
        """What ``job`` returns or raises, once it has had its turn.

        The event it is given is set when nobody waits for it any more. It runs on a thread of its
        own: a caller that leaves need not wait until a server's silence is over.

        Raises:
            SearchCancelled: ``cancelled`` was set.
            SearchUnavailable: patience is at an end.
        """
        outcome: Future[T] = Future()
        left = threading.Event()
        # A daemon: a silent server must not keep the program from ending.
        threading.Thread(
            target=self._work, args=(job, left, outcome), name=f"search-{self._name}", daemon=True
        ).start()
        deadline = self._clock.monotonic() + self._patience_s
        try:
            while not wait([outcome], timeout=_LOOK_S).done:
                if cancelled.is_set():
                    raise SearchCancelled
                if self._clock.monotonic() >= deadline:
                    raise SearchUnavailable(
                        f"{self._name} had no answer for us within {self._patience_s:g} s"
                    )
            return outcome.result()
        finally:
            left.set()

    def _work(
        self, job: Callable[[threading.Event], T], left: threading.Event, outcome: Future[T]
    ) -> None:
        with self._turn:
            try:
                if left.is_set():
                    raise SearchCancelled
                outcome.set_result(job(left))
            except BaseException as error:
                # The caller raises it: a thread has nobody to tell.
                outcome.set_exception(error)
