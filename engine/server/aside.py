"""Slow work beside the worker: weights from a disk, a book's worth of text to tokens."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

Result = TypeVar("Result")


def aside(name: str, work: Callable[[], Result], ended: Callable[[], None]) -> Future[Result]:
    """Do ``work`` in a thread of its own, which does not keep the process from leaving.

    Args:
        name: of the thread.
        work: what to do.
        ended: called in that thread once the future has the result, or what went wrong.
    """
    future: Future[Result] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # a panic of a library in Rust too: whoever waits is told
            future.set_exception(error)
        ended()

    threading.Thread(target=run, name=name, daemon=True).start()
    return future
