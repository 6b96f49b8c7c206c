"""Keeps up with what the Runs pane shows: the table's rows, and the curves of a few of them.

Files are read in threads, a little at a time, so that what has been read is drawn meanwhile.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.runs.curves import AxisName, Curves
from tui.runs.drawing import Drawn, drawable, smoothed
from tui.runs.listing import Listing
from tui.runs.looks import LETTERS
from tui.runs.row import Row

if TYPE_CHECKING:
    from engine.background import LineTail
    from engine.trash import Trashed
    from tui.services import Runs

WITHIN_S = 0.25
"""At most so long a thread reads before what it has read is shown."""
_PORTION, _REST_S = 1 << 16, 0.003
"""Bytes of a log, about 300 steps, and the seconds of rest behind them: while a thread reads on, no
other runs, and a key press would have to wait."""
_MOST_KEPT = 24
"""Runs whose curves stay in memory."""


@dataclass(slots=True)
class _Source:
    """A run's log, as far as it has been read."""

    tail: LineTail
    curves: Curves
    portions: Iterator[list[dict[str, Any]]] | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be drawn."""

    rows: Sequence[Row]
    figure: str
    axis: AxisName
    smoothing: float
    styles: Sequence[str]


@dataclass(frozen=True, slots=True)
class Plotted:
    """What can be drawn of a wish by now."""

    drawn: Sequence[Drawn]
    figures: Sequence[str]
    """Names of all that the runs have."""
    reading: bool
    """Whether there is more to read."""


class RunsWatch:
    """The rows as of the last :meth:`refresh`.

    Args:
        runs: gives the training runs; they are listed anew each time, so that what was just done
            to one is never taken back by an older list.
    """

    def __init__(self, runs: Callable[[], Runs]) -> None:
        self._runs = runs
        self.rows: Sequence[Row] = ()
        self.deleted: Sequence[Trashed] = ()
        self.looked = False
        self._listing = Listing()
        self._sources: dict[Path, _Source] = {}
        self._listing_turn, self._curves_turn = asyncio.Lock(), asyncio.Lock()

    def named(self, name: str) -> Row | None:
        """A row by its name."""
        return next((row for row in self.rows if row.name == name), None)

    async def refresh(self, first: Sequence[Row] = ()) -> bool:
        """Read again; whether the rows changed.

        Args:
            first: rows that are in sight, so that what they say is read before the rest.
        """
        async with self._listing_turn:
            before = self.rows, self.deleted
            self.rows, self.deleted = await asyncio.to_thread(self._read, first)
            self.looked = True
            return before != (self.rows, self.deleted)

    def _read(self, first: Sequence[Row]) -> tuple[Sequence[Row], Sequence[Trashed]]:
        from engine.run_keeping import deleted_runs

        runs = self._runs().list_runs()
        rows = self._listing.rows(runs)
        wanted = {row.path for row in first}
        order = sorted(rows, key=lambda row: row.path not in wanted)
        if self._listing.read_more(order, WITHIN_S):
            rows = self._listing.rows(runs)
        return rows, deleted_runs()

    async def plot(self, wish: Wish) -> Plotted:
        """Read on in the logs of what is to be drawn, and give what can be drawn by now."""
        async with self._curves_turn:
            return await asyncio.to_thread(self._plot, wish)

    def _plot(self, wish: Wish) -> Plotted:
        reading = self._read_on(wish.rows)
        known = [self._sources[row.path].curves for row in wish.rows]
        figures = dict.fromkeys(name for curves in known for name in curves.names)
        found = [curves.points(wish.figure, wish.axis) for curves in known]
        length = max((p.xs[-1] - p.xs[0] for p in found if p is not None and p.xs), default=1.0)
        drawn = [
            drawable(letter, row.name, style, points, smoothed(points, wish.smoothing, length))
            for letter, row, style, points in zip(
                LETTERS, wish.rows, wish.styles, found, strict=False
            )
            if points is not None and points.xs
        ]
        return Plotted(drawn, list(figures), reading)

    def _read_on(self, rows: Sequence[Row]) -> bool:
        ends, reading = time.monotonic() + WITHIN_S, False
        for row in rows:
            source = self._source(row)
            while time.monotonic() < ends:
                if source.portions is None:
                    source.portions = source.tail.portions(_PORTION)
                portion = next(source.portions, None)
                if portion is None:
                    source.portions = None
                    break
                source.curves.take(portion)
                time.sleep(_REST_S)
            reading = reading or source.portions is not None or time.monotonic() >= ends
        return reading

    def _source(self, row: Row) -> _Source:
        from engine.runs import EventTail

        source = self._sources.pop(row.path, None)
        if source is None:
            name = "events.jsonl" if (row.path / "events.jsonl").exists() else "curve.jsonl"
            source = _Source(EventTail(row.path, name), Curves())
        self._sources[row.path] = source  # behind all that were not asked for since
        while len(self._sources) > _MOST_KEPT:
            del self._sources[next(iter(self._sources))]
        return source
