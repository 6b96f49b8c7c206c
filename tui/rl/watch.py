"""Keeps up with the RL runs on disk, and with the step of the one that is looked at.

Folders are read in threads; a run goes on whether anybody looks or not. While a run is followed,
its newest step is shown as it comes; a step that was turned to stays.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.errors import LabError
from tui.rl.history import RlHistory
from tui.run_watch import ALIVE

if TYPE_CHECKING:
    from engine.rl.plan import RlPlan
    from engine.rl.reader import RlReader
    from engine.rl.record import Group
    from engine.runs import RunStatus
    from tui.services import Runs


@dataclass(slots=True)
class Shown:
    """The run that is looked at, and which of its attempts."""

    run: RunStatus
    reader: RlReader
    plan: RlPlan | None = None
    plan_problem: str = ""
    """Why the plan cannot be read."""
    history: RlHistory = field(default_factory=RlHistory)
    steps: Sequence[int] = ()
    """Those whose rollouts lie on disk."""
    step: int | None = None
    """The one that is shown."""
    groups: Sequence[Group] = ()
    problem: str = ""
    """Why the attempts of the step cannot be read."""
    place: int = 0
    """Of the group that is shown, among the step's."""
    follows: bool = True
    """Whether the newest step is gone to as it comes."""

    @property
    def alive(self) -> bool:
        """Whether more steps may come."""
        return self.run.state in ALIVE

    @property
    def was_dropped(self) -> bool:
        """Whether the step is shown as it was read, and on disk no more."""
        return self.step is not None and bool(self.steps) and self.step not in self.steps

    @property
    def group(self) -> Group | None:
        """The problem that is shown, with all attempts at it."""
        return self.groups[self.place] if self.place < len(self.groups) else None


@dataclass(frozen=True, slots=True)
class News:
    """What a look has found: other runs, other figures, other attempts."""

    runs: bool = False
    figures: bool = False
    groups: bool = False


@dataclass(frozen=True, slots=True)
class _Read:
    """``history`` is a new one with all that was told, where nothing was known yet."""

    history: RlHistory | None
    events: Sequence[dict[str, Any]]
    steps: Sequence[int]
    plan: RlPlan | None
    plan_problem: str


class RlWatch:
    """The runs of the stage ``rl`` as of the last :meth:`refresh`."""

    def __init__(self, runs: Callable[[], Runs]) -> None:
        self.runs: Sequence[RunStatus] = ()
        """The person's own, newest first, then those that come with the lab."""
        self.shown: Shown | None = None
        self._control = runs
        self._turn = asyncio.Lock()
        """Two at once would each read a part of what is new."""

    def named(self, name: str) -> RunStatus | None:
        """A run by its name; the person's own first."""
        return next((run for run in self.runs if run.name == name), None)

    def show(self, run: RunStatus) -> None:
        """Look at a run from its newest step on; :meth:`refresh` then reads it."""
        from engine.rl.reader import RlReader  # Not before it is needed.

        self.shown = Shown(run, RlReader(run.path))

    async def refresh(self) -> News:
        """Read again: the list, and what is new of the run that is looked at."""
        async with self._turn:
            before = self.runs
            self.runs = await asyncio.to_thread(_rl_runs, self._control())
            if self.shown is None and self.runs:
                self.show(self.runs[0])
            shown = self.shown
            if shown is None:
                return News(runs=before != self.runs)
            news = await self._read(shown)
            return News(before != self.runs, news.figures, news.groups)

    async def _read(self, shown: Shown) -> News:
        run = next((run for run in self.runs if run.path == shown.run.path), shown.run)
        # Read after the state: a run writes its last step before it says that it has ended.
        found = await asyncio.to_thread(_read, shown)
        if found.history is not None:
            shown.history, told = found.history, found.history.has_begun
        else:
            told = shown.history.take(found.events)
        figures = told or run != shown.run
        figures = figures or (shown.plan, shown.plan_problem) != (found.plan, found.plan_problem)
        shown.run, shown.plan, shown.plan_problem = run, found.plan, found.plan_problem
        new_steps = shown.steps != found.steps
        shown.steps = found.steps
        newest = found.steps[-1] if found.steps else None
        if newest is None:
            return News(figures=figures or new_steps)
        # A run that was resumed has taken steps back; one that was dropped as it became old stays.
        gone = shown.step is not None and shown.step > newest
        if newest != shown.step and (shown.follows or gone):
            await self._open(shown, newest)
            return News(figures=True, groups=True)
        if shown.problem:  # A step that is written anew becomes readable.
            problem = shown.problem
            await self._open(shown, shown.step)
            return News(figures=figures, groups=problem != shown.problem)
        return News(figures=figures or new_steps)

    async def go_to(self, step: int) -> None:
        """Replay a step; the newest one is followed from then on."""
        async with self._turn:
            shown = self.shown
            if shown is not None and step in shown.steps:
                shown.follows = step == shown.steps[-1]
                await self._open(shown, step)

    async def _open(self, shown: Shown, step: int | None) -> None:
        """Read the attempts of a step; what cannot be read is said, and nothing is shown for it."""
        assert step is not None
        try:
            groups: Sequence[Group] = await asyncio.to_thread(shown.reader.groups, step)
            problem = ""
        except LabError as error:
            groups, problem = (), str(error)
        shown.step, shown.groups, shown.problem = step, groups, problem
        shown.place = max(0, min(shown.place, len(groups) - 1))


def neighbour(steps: Sequence[int], step: int | None, by: int) -> int | None:
    """The step before (-1) or after (1) another among those on disk; None where there is none."""
    if step is None:
        return steps[-1] if steps else None
    beyond = [other for other in steps if (other - step) * by > 0]
    return min(beyond, key=lambda other: abs(other - step), default=None)


def _rl_runs(control: Runs) -> Sequence[RunStatus]:
    from engine.rl.reader import shipped_rl_runs

    own = [run for run in control.list_runs() if run.stage == "rl"]
    return [*own, *shipped_rl_runs()]


def _read(shown: Shown) -> _Read:
    plan, problem = shown.plan, ""
    if plan is None:
        try:
            plan = shown.reader.plan
        except LabError as error:
            problem = str(error)
    events = shown.reader.new_events()
    history = None
    if not shown.history.has_begun:  # A long run's whole past, which takes its time.
        history = RlHistory()
        history.take(events)
    return _Read(history, events, shown.reader.steps(), plan, problem)
