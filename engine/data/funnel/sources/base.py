"""What every source of pages has in common: what it yields, where it can go on, what is too much.

A source never raises for one bad record: it says in a sentence why the record is skipped and goes
on behind it. What it holds in memory is bounded, whatever the file holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from engine.data.funnel.document import SourcePage

MOST_PAGE_BYTES = 10_000_000
"""A page or line that is longer, when unpacked, is skipped: nobody wrote that to be read."""
BLOCK = 1 << 16
"""Bytes read at a time where more could be too much."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Position:
    """Where a source goes on: behind everything that it has yielded so far."""

    offset: int = 0
    """In the source's own unit: bytes, rows or files."""
    record: int = 0
    """Records met so far, the skipped ones counted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A page, or why there is none; one of the two."""

    page: SourcePage | None = None
    why: str | None = None
    """A sentence about a record that is skipped."""
    record: int | None
    """Its number in the source from 0; None where the whole source is meant."""
    after: Position


class Source(Protocol):
    """A file, or a folder of HTML, that pages are read from."""

    path: Path
    name: str
    """What its pages' ids begin with."""
    is_seekable: bool
    """Whether going on at a position costs less than reading everything before it."""

    def read(self, start: Position | None = None) -> Iterator[Found]:
        """Yield pages from ``start`` on."""
        ...

    def share(self, position: Position) -> float:
        """About how much of the source lies before ``position``, 0 to 1."""
        ...


def mb(n_bytes: int) -> str:
    """``10 MB``."""
    return f"{n_bytes / 1e6:,.0f} MB"


def reason_of(error: BaseException) -> str:
    """An error of a library as a part of a sentence."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__
