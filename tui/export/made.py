"""What is made while a file is written: there may be much of it, and making it takes time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from tui.panes.pane import Contents

Each = TypeVar("Each")
Row = Mapping[str, Any]


class Made(Generic[Each]):
    """Goes through what ``make`` gives, anew each time.

    Args:
        make: called in a thread, so it may only use what nobody changes any more.
    """

    def __init__(self, make: Callable[[], Iterable[Each]]) -> None:
        self._make = make

    def __iter__(self) -> Iterator[Each]:
        return iter(self._make())


class NotWantedError(Exception):
    """Whoever asked for it has gone."""


class Making:
    """A file on its way: how far it is, and whether anybody still waits for it."""

    def __init__(self) -> None:
        self.done = 0
        """Rows or blocks that were gone through; CSV goes twice, and counts anew."""
        self.wanted = True

    def watched(self, contents: Contents) -> Contents:
        """The same contents, which are counted as they are made and end when nobody waits."""
        return replace(
            contents,
            blocks=Made(lambda: self.through(contents.blocks)),
            rows=Made(lambda: self.through(contents.rows)),
        )

    def through(self, things: Iterable[Each]) -> Iterator[Each]:
        """The same things, which are counted and end likewise.

        Raises:
            NotWantedError: in the thread that goes through them, which then ends.
        """
        self.done = 0
        for each in things:
            if not self.wanted:
                raise NotWantedError
            self.done += 1
            yield each
