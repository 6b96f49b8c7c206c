"""Looks at the disk for the app: the runs, what they have published, and the jobs that go on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from engine.errors import LabError
from tui.background import every, in_background
from tui.run_facts import RunTeller
from tui.run_watch import RunWatch
from tui.saying import Saying

if TYPE_CHECKING:
    from tui.app import LabApp

LOOK_EVERY_S = 0.5
IDLE_LOOKS = 6
"""Of so many looks at the runs only one is made while nothing trains and nobody watches."""


class LabWatch:
    """Reads in threads, and tells the panes what has changed.

    Args:
        app: whose panes and status line are told.
    """

    def __init__(self, app: LabApp) -> None:
        self._app = app
        self.runs = RunWatch(lambda: app.services.runs(), lambda path: app.services.tail(path))
        self._teller = RunTeller(app)
        self._disk = Saying(app)
        self._looks = 0

    def begin(self) -> None:
        """Look again and again from now on."""
        every(self._app, LOOK_EVERY_S, self._look, "look")

    async def look_first(self) -> None:
        """Show the checkpoints and runs there are, before anybody asks a model of them."""
        try:
            await self.read_checkpoints()
            await self.runs.refresh()
        except LabError as error:
            self._disk.say(str(error))
        self.show_job()

    def look_again(self) -> None:
        """Read the runs now."""
        self._looks = 0
        in_background(self._app, self._look, "look-again")  # What has begun reads to its end.

    async def _look(self) -> None:
        self._looks += 1
        self._app.status_line.look(self._app.state)
        try:
            await self._look_at_runs()
        except LabError as error:
            self._disk.say(str(error))

    async def _look_at_runs(self) -> None:
        app = self._app
        if app.import_job or app.probes_pane is not None or app.data_pane is not None:
            self.show_job()
        idle = app.shown_pane != "pipeline" and self.runs.training is None
        if idle and self._looks % IDLE_LOOKS != 1:
            return
        trained_before = [(run.name, run.state) for run in self.runs.runs]
        pipeline = app.pipeline
        await self.runs.refresh(pipeline.looked_at if pipeline else None)
        self._disk.all_is_well()
        if not app.is_running:
            return
        self._teller.look(self.runs)
        self.show_job()
        if trained_before != [(run.name, run.state) for run in self.runs.runs]:
            await self.read_checkpoints()

    def show_job(self) -> None:
        """Say in the status line how far what goes on is."""
        app = self._app
        job = app.import_job
        importing = f"import {job.words}" if job and job.state == "running" else ""
        probing = app.probes_pane.job_words() if app.probes_pane is not None else ""
        filtering = app.data_pane.job_words() if app.data_pane is not None else ""
        words = [importing, filtering, probing, self.runs.job_words()]
        app.status_line.job = " · ".join(filter(None, words))

    async def read_checkpoints(self) -> None:
        """Give the panes the checkpoints that there are now.

        Raises:
            LabError: they cannot be listed.
        """
        app = self._app
        checkpoints = await asyncio.to_thread(app.services.checkpoints)
        await app.compare.show_checkpoints(checkpoints)
        if app.pipeline is not None:
            await app.pipeline.show_checkpoints(checkpoints)
        for pane in (app.tokens_pane, app.chat, app.probes_pane, app.rl_pane):
            if pane is not None:
                pane.show_checkpoints(checkpoints)
        app.summarise()
