"""Puts the problem on the wall to the run's parent and to its latest checkpoint."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Protocol

from textual.widget import Widget

from engine.errors import LabError
from tui import telling
from tui.background import in_background
from tui.rl.before import Comparison, Heard, Side, comparison, judge, requests

if TYPE_CHECKING:
    from engine.manifest import CheckpointInfo
    from engine.protocol import GenerateRequest
    from engine.rl.record import Group
    from engine.tasks.task import Task
    from tui.rl.watch import Shown
    from tui.services import Engine

_GROUP = "rl-ask"


class Lab(Protocol):
    """What asking needs of the app."""

    async def connected(self) -> Engine:
        """The client of the lab's own engine."""
        ...


class Asker:
    """Fills a :class:`Comparison`.

    Args:
        host: the pane; its worker waits.
        lab: the app.
        drawn: called when there is more to show.
    """

    def __init__(self, host: Widget, lab: Lab, drawn: Callable[[], None]) -> None:
        self._host, self._lab, self._drawn = host, lab, drawn
        self.asked: Comparison | None = None

    @property
    def running(self) -> bool:
        """Whether an answer is on its way."""
        sides = self.asked.sides if self.asked else ()
        return any(side.state in ("waiting", "asking") for side in sides)

    def ask(self, shown: Shown, group: Group, checkpoints: Sequence[CheckpointInfo]) -> None:
        """Put a problem to both; what was asked before is broken off."""
        asked = self.asked = comparison(shown, group, checkpoints)
        self._drawn()
        in_background(self._host, partial(self._ask_both, asked), _GROUP, only=True)

    def stop(self) -> None:
        """Break off what is on its way; what has come stays."""
        self._host.workers.cancel_group(self._host, _GROUP)
        for side in self.asked.sides if self.asked else ():
            if side.state in ("waiting", "asking"):
                side.state, side.message = "failed", "stopped"
        self._drawn()

    def forget(self) -> None:
        """Another run is looked at: what was asked is not about it."""
        self._host.workers.cancel_group(self._host, _GROUP)
        self.asked = None

    async def _ask_both(self, asked: Comparison) -> None:
        task = await asyncio.to_thread(_task, asked.group.task)
        for side in asked.sides:  # One after the other: both would have to share the processors.
            if side.state == "waiting":
                await self._ask(side, asked.group, task)
        telling.compared(self._host, asked)

    async def _ask(self, side: Side, group: Group, task: Task | None) -> None:
        side.state = "asking"
        self._drawn()
        try:
            engine = await self._lab.connected()
            greedy, drawn = requests(side, group, task)
            (side.greedy,) = await self._heard(engine, greedy, group, task)
            self._drawn()
            side.samples = await self._heard(engine, drawn, group, task)
        except LabError as error:
            side.state, side.message = "failed", str(error)
        else:
            side.state = "done"
        self._drawn()

    @staticmethod
    async def _heard(
        engine: Engine, request: GenerateRequest, group: Group, task: Task | None
    ) -> Sequence[Heard]:
        from engine.protocol import Started

        rows = [Heard() for _ in range(request.n)]
        async for event in engine.generate(request):
            if not isinstance(event, Started):
                rows[event.row].take(event)
        if task is not None:
            await asyncio.to_thread(judge, task, group, rows)
        return rows


def _task(name: str) -> Task | None:
    """The task of a problem; None where this version of the lab has none of that name."""
    from engine.tasks.catalogue import task_named

    try:
        return task_named(name)
    except LabError:
        return None  # Its answers are shown all the same, without a verdict.
