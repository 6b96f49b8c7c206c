"""Starts, stops, resumes and lists runs of the funnel; files are touched in threads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from tui.background import in_background
from tui.child_job import ChildJob
from tui.data.looks import ALIVE, RESUMABLE
from tui.data.watch import DataWatch
from tui.panes.control import control

if TYPE_CHECKING:
    from tui.data.listed import Wish
    from tui.panes.data import DataPane


class DataRunner:
    """Opens the dialogs of a pane's runs.

    Args:
        pane: whose they are.
        watch: the runs.
        build_command: what writes the pocket web's crawl.
    """

    def __init__(
        self, pane: DataPane, watch: DataWatch, build_command: Callable[[], tuple[str, ...]]
    ) -> None:
        self._pane, self._watch, self._build_command = pane, watch, build_command
        self.building: ChildJob | None = None
        """The crawl is being written, for a run that then begins."""

    def possible(self, action: str) -> bool:
        """Whether ``halt`` or ``resume`` would do something now."""
        if action == "halt" and self.building is not None:
            return True
        shown = self._watch.shown
        if shown is None or shown.listed.shipped:
            return False
        return shown.listed.state in (ALIVE if action == "halt" else RESUMABLE)

    def new(self) -> None:
        """Ask what goes through the funnel, and begin."""
        from tui.screens.data_form import DataForm

        def chosen(wish: Wish | None) -> None:
            if wish is not None:
                in_background(self._pane, partial(self._begin, wish), "data-begin", only=True)

        self._pane.app.push_screen(DataForm(), chosen)

    async def _begin(self, wish: Wish) -> None:
        if await asyncio.to_thread(self._watch.control.needs_crawl, wish):
            job = self.building = ChildJob(self._build_command())
            self._pane.redraw()
            try:
                await job.run()
            finally:
                if self.building is job:  # Else another has begun to be written meanwhile.
                    self.building = None
            self._pane.redraw()
            if job.state == "failed":
                self._pane.notify(job.words, severity="error", timeout=10, markup=False)
            if job.state != "done":
                return
        self._do(lambda: self._watch.control.start(wish))

    def building_words(self) -> str:
        """How far the crawl is, where one is being written."""
        if self.building is None:
            return ""
        return f"The pocket web's crawl is written first (x stops it) · {self.building.words}"

    def choose(self) -> None:
        """List the runs there are."""
        from tui.data.head_text import listed_line
        from tui.screens.listed import ListedDialog, look_at_one

        shown = self._watch.shown
        dialog = ListedDialog(
            "runs of the funnel",
            self._watch.listed,
            listed_line,
            key=lambda each: each.key,
            current=shown.listed if shown else None,
            starts="n",
        )
        look_at_one(self._pane.app, dialog, self._pane.look_at)

    def halt(self) -> None:
        """Stop the run that is looked at; nothing is lost, so nothing is asked."""
        if self.building is not None:
            self.building.cancel()
            return
        shown = self._watch.shown
        if shown is not None:
            name = shown.listed.name
            self._do(lambda: self._watch.control.stop(name))

    def resume(self) -> None:
        """Go on with the run that is looked at."""
        shown = self._watch.shown
        if shown is not None:
            name = shown.listed.name
            self._do(lambda: self._watch.control.resume(name))

    def _do(self, what: Callable[[], str | None]) -> None:
        pane, watch = self._pane, self._watch
        control(pane, what, read=pane.read, named=watch.named, look_at=pane.look_at)
