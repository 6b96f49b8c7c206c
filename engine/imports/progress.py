"""How an import tells what it is doing."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called with what is being done, bytes done and bytes in all."""


class Counter:
    """Adds up the bytes of one piece of work and reports them."""

    def __init__(self, progress: Progress, what: str, total: int) -> None:
        self._progress = progress
        self._what = what
        self._total = total
        self._done = 0
        self.add(0)

    def add(self, n_bytes: int) -> None:
        """Count more bytes as done."""
        self._done += n_bytes
        self._progress(self._what, self._done, self._total)
