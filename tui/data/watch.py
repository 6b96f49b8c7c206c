"""Keeps up with the funnel's runs on disk, and with the one that is looked at.

Folders are read in threads; a run goes on whether anybody looks or not.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.errors import LabError
from tui.data.looks import ALIVE
from tui.run_history import RECENT, Paces, left_s

if TYPE_CHECKING:
    from engine.data.funnel.report import Report
    from tui.data.listed import Folder, Listed
    from tui.services import Funnels

_WHOLE = 10_000
"""Parts that a stage is counted in."""


@dataclass(slots=True)
class Shown:
    """The run that is looked at."""

    listed: Listed
    folder: Folder | None = None
    """Reads what it found; None before it is done."""
    report: Report | None = None
    problem: str = ""
    """Why what it found cannot be read."""
    paces: Paces = field(default_factory=lambda: deque(maxlen=RECENT))

    @property
    def alive(self) -> bool:
        """Whether it still works."""
        return self.listed.state in ALIVE

    def eta_s(self) -> float | None:
        """Seconds to the end of the stage at the recent pace; None before there is one."""
        return left_s(self.paces, _WHOLE)


@dataclass(frozen=True, slots=True)
class News:
    """What a look has found: another list or state, another report."""

    listed: bool = False
    report: bool = False


class DataWatch:
    """The runs as of the last :meth:`refresh`."""

    def __init__(self, funnels: Callable[[], Funnels]) -> None:
        self.listed: Sequence[Listed] = ()
        """The person's own, newest first, then those that come with the lab."""
        self.looked = False
        """Whether there was a look at the disk at all."""
        self.shown: Shown | None = None
        self._funnels = funnels
        self._turn = asyncio.Lock()
        """Two at once would each take the same news."""

    @property
    def control(self) -> Funnels:
        """Starts, stops and resumes runs; its calls read files, so make them in a thread."""
        return self._funnels()

    @property
    def alive(self) -> Listed | None:
        """The newest run that works."""
        return next((each for each in self.listed if each.state in ALIVE), None)

    def named(self, name: str) -> Listed | None:
        """The person's own run of that name."""
        return next((each for each in self.listed if each.name == name and not each.shipped), None)

    def show(self, listed: Listed) -> None:
        """Look at another run; :meth:`refresh` then reads it."""
        self.shown = Shown(listed)

    async def refresh(self) -> News:
        """Read again: the list, and what the run that is looked at has found."""
        async with self._turn:
            before = self.listed
            self.listed = await asyncio.to_thread(self.control.listed)
            changed = before != self.listed or not self.looked
            self.looked = True
            if self.shown is None:
                first = self.alive or self._shipped() or next(iter(self.listed), None)
                if first is None:
                    return News(listed=changed)
                self.show(first)
            assert self.shown is not None
            return await self._read(self.shown, changed=changed)

    def _shipped(self) -> Listed | None:
        """A run that comes with the lab: the pane opens with something true in it."""
        return next((each for each in self.listed if each.shipped), None)

    async def _read(self, shown: Shown, *, changed: bool) -> News:
        now = next((each for each in self.listed if each.key == shown.listed.key), shown.listed)
        was = shown.listed
        shown.listed = now
        if shown.alive:
            if was.state not in ALIVE or was.stage != now.stage:
                shown.paces.clear()  # Resumed, or at something else: the clock begins anew.
            shown.paces.append((round(now.share * _WHOLE), time.monotonic()))
        if now.state != "done" or (shown.report is not None and was == now):
            return News(listed=changed or was != now)
        problem = shown.problem
        try:
            folder = await asyncio.to_thread(self.control.folder, now)
        except LabError as error:
            shown.problem = str(error)
            return News(listed=changed or problem != shown.problem)
        if self.shown is not shown:
            return News(listed=changed)  # Another run is looked at since.
        shown.folder, shown.report, shown.problem = folder, folder.report, ""
        return News(listed=changed, report=True)
