"""Keeps up with the probes on disk, and with the answers of the one that is looked at.

Folders are read in threads; a probe goes on whether anybody looks or not.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.errors import LabError
from tui.probes.book import Book
from tui.probes.looks import ALIVE
from tui.run_history import RECENT, Paces, left_s

if TYPE_CHECKING:
    from engine.probes.plan import ProbePlan
    from engine.probes.record import Record
    from tui.probes.source import Folder, Listed
    from tui.services import Probes


@dataclass(slots=True)
class Shown:
    """The probe that is looked at."""

    listed: Listed
    plan: ProbePlan
    folder: Folder
    book: Book = field(default_factory=Book)
    figures: dict[str, Any] | None = None
    left_out: Sequence[str] = ()
    problem: str = ""
    """Why something of it cannot be read."""
    paces: Paces = field(default_factory=lambda: deque(maxlen=RECENT))

    @property
    def alive(self) -> bool:
        """Whether answers are still coming."""
        return self.listed.status.state in ALIVE

    def eta_s(self) -> float | None:
        """Seconds to the end at the recent pace; None before there is one."""
        return left_s(self.paces, self.listed.status.total)


@dataclass(frozen=True, slots=True)
class News:
    """What a look has found.

    ``book`` says that the lines are other ones; ``places`` are those whose answers came.
    """

    listed: bool = False
    book: bool = False
    figures: bool = False
    places: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class _Read:
    """``book`` is a new one with all that there is already, where there was none with questions."""

    book: Book | None
    records: Sequence[Record]
    before: Sequence[Record]
    figures: dict[str, Any] | None
    left_out: Sequence[str]
    problem: str


class ProbeWatch:
    """The probes as of the last :meth:`refresh`."""

    def __init__(self, probes: Callable[[], Probes]) -> None:
        self.listed: Sequence[Listed] = ()
        self.shown: Shown | None = None
        self._probes = probes
        self._turn = asyncio.Lock()
        """Two at once would each read a part of what is new."""

    @property
    def control(self) -> Probes:
        """Starts, stops and resumes probes; its calls read files, so make them in a thread."""
        return self._probes()

    @property
    def alive(self) -> Listed | None:
        """The newest probe that is being answered."""
        return next((each for each in self.listed if each.status.state in ALIVE), None)

    def named(self, name: str) -> Listed | None:
        """The person's own probe of that name."""
        found = (each for each in self.listed if each.status.name == name and not each.shipped)
        return next(found, None)

    def worth_seeing(self) -> Listed | None:
        """What to begin with: one that goes on, else the newest that has answers."""
        answered = (each for each in self.listed if each.status.done)
        return self.alive or next(answered, None) or next(iter(self.listed), None)

    async def show(self, listed: Listed) -> None:
        """Look at a probe from its beginning; :meth:`refresh` then reads it.

        Raises:
            LabError: its plan cannot be read.
        """
        folder = await asyncio.to_thread(self.control.folder, listed)
        plan = await asyncio.to_thread(lambda: folder.plan)
        self.shown = Shown(listed, plan, folder)

    async def refresh(self) -> News:
        """Read again: the list, and what is new of the probe that is looked at."""
        async with self._turn:
            return await self._refresh()

    async def _refresh(self) -> News:
        before = self.listed
        self.listed = await asyncio.to_thread(self.control.listed)
        changed = before != self.listed
        shown = self.shown
        if shown is None:
            return News(listed=changed)
        now = next((each for each in self.listed if each.key == shown.listed.key), shown.listed)
        # Read after the state: a probe writes its last answers before it says that it has ended.
        found = await asyncio.to_thread(_read, shown, ended=now.status.state not in ALIVE)
        if self.shown is not shown:
            return News(listed=changed)  # Another probe is looked at since.
        return self._take(shown, now, found, changed)

    @staticmethod
    def _take(shown: Shown, now: Listed, found: _Read, changed: bool) -> News:
        was_alive = shown.alive
        shown.listed = now
        if shown.alive:
            if not was_alive:
                shown.paces.clear()  # Resumed: its clock began anew.
            shown.paces.append((now.status.done, time.monotonic()))
        told = (shown.figures, shown.left_out, shown.problem)
        shown.figures, shown.left_out, shown.problem = found.figures, found.left_out, found.problem
        if found.book is not None:
            shown.book = found.book
            places: set[int] = {n for n, record in enumerate(found.book.records) if record}
            gc.freeze()  # Else the collector walks through all the records again and again.
        else:
            places = {*shown.book.take(found.before, before=True)}
            places |= {*shown.book.take(found.records)}
        new_figures = told != (found.figures, found.left_out, found.problem)
        return News(changed, found.book is not None, new_figures, sorted(places))


def _read(shown: Shown, *, ended: bool) -> _Read:
    """Everything that is new, in a thread; what cannot be read is said and the rest shown."""
    book: Book | None = None
    records: Sequence[Record] = ()
    before: Sequence[Record] = ()
    figures, left_out, problem = shown.figures, shown.left_out, ""
    try:
        if not shown.book.questions:
            questions = shown.folder.questions()
            book = Book(questions) if questions else None
        if book is not None:  # Records before their questions would be lost.
            book.take(shown.folder.new_before(), before=True)
            book.take(shown.folder.new_records())
        elif shown.book.questions:
            records, before = shown.folder.new_records(), shown.folder.new_before()
        left_out = shown.folder.left_out()
        figures = shown.folder.figures() if ended else None
    except LabError as error:
        problem = str(error)
    return _Read(book, records, before, figures, left_out, problem)
