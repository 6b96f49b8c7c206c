"""Records that are made when they are written: there may be many, and making them takes time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

Row = Mapping[str, Any]


class Rows:
    """Goes through what ``make`` gives, anew each time.

    Args:
        make: called in a thread, so it may only use what nobody changes any more.
    """

    def __init__(self, make: Callable[[], Iterable[Row]]) -> None:
        self._make = make

    def __iter__(self) -> Iterator[Row]:
        return iter(self._make())
