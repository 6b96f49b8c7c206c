"""Comes back to where somebody left off, and keeps where that is while they go on."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from engine.errors import LabError
from tui import settings
from tui.background import in_background
from tui.panes.pane import LabPane
from tui.safe_text import visible
from tui.settings import schema

if TYPE_CHECKING:
    from tui.app import LabApp
    from tui.state.state import State

NOTE_EVERY_S = 2.0
"""How much of what was typed and not sent a lost terminal costs at most."""


class Remembering:
    """Holds the app's state; gives each pane its memory back, and asks it for a new one.

    Args:
        app: whose panes remember.
    """

    def __init__(self, app: LabApp) -> None:
        self._app = app
        self._memories: dict[str, Mapping[str, Any]] = {}
        """Of panes that have not been gone to yet."""
        self._noted: dict[str, str] = {}
        self._waiting: dict[str, str] = {}
        """Of what was noted, what is not written yet."""
        self._shown = ""
        self._begun = False
        self._said: set[str] = set()
        self.last_words = ""
        """What whoever leaves has to know of what was kept; set by :meth:`close`."""

    @cached_property
    def state(self) -> State:
        """What the lab keeps; SQLite is imported when it is first asked for."""
        from tui.state.state import State

        return State()

    async def begin(self) -> None:
        """Open the file and give the panes what they remember; go to the pane that was shown.

        Whether the file is whole is looked at while everything else goes on.
        """
        state = await asyncio.to_thread(lambda: self.state)  # The import would stop the screen.
        try:
            session = await state.do(state.session.read)
        except LabError as error:
            self.say(error)
        else:
            self._memories = dict(session.memories) if settings.value(schema.RESTORE) else {}
            self._shown = session.shown
        first = settings.value(schema.PANE)
        self._shown = self._shown if first == "last" else first
        self._begun = True
        for pane in self._panes():
            await self.recall(pane)
        self.say_notices()
        self._app.set_interval(NOTE_EVERY_S, self.note)
        in_background(self._app, self._check, "state")

    async def go_back(self) -> None:
        """Go to the pane that was shown last, unless somebody has gone to another already."""
        from tui.screens.small_terminal import dialogs
        from tui.widgets.top_bar import PANES

        at_first = self._app.shown_pane == "compare" and not dialogs(self._app.screen_stack)
        if self._shown in PANES and self._shown != "compare" and at_first:
            await self._app.action_pane(self._shown)

    async def recall(self, pane: LabPane) -> None:
        """Give a pane its memory, once; a pane that cannot use it is as at the first start."""
        memory = self._memories.pop(pane.id or "", None) if self._begun else None
        if memory:
            await pane.recall(memory)

    def note(self) -> None:
        """Keep where everything is now, if anything has moved."""
        if not self._begun:
            return
        import json  # Not before the first paint.

        for pane in self._panes():
            memory = pane.memory()
            text = json.dumps(memory)
            # A pane that has nothing to say yet does not take away what it said before.
            if memory and pane.id and text != self._noted.get(pane.id):
                self._noted[pane.id] = self._waiting[pane.id] = text
        if self._waiting or self._shown != self._app.shown_pane:
            in_background(self._app, self._write, "remember")

    async def _write(self) -> None:
        waiting, self._waiting = self._waiting, {}
        if not waiting and self._shown == self._app.shown_pane:
            return  # It was written together with something else.
        before, self._shown = self._shown, self._app.shown_pane
        is_written = False
        try:
            await self.state.do(self.state.session.write, self._shown, waiting)
            is_written = True
        except LabError as error:
            self.say(error)
        finally:
            if not is_written:  # Workers are cancelled before the last write, which has it then.
                self._waiting, self._shown = {**waiting, **self._waiting}, before

    def _panes(self) -> list[LabPane]:
        found = self._app.query("#panes")  # None any more while the app closes.
        return list(found.first().query_children(LabPane)) if found else []

    async def _check(self) -> None:
        try:
            await self.state.do(self.state.database.check)
        except LabError as error:
            self.say(error)
        self.say_notices()

    def say_notices(self) -> None:
        """Say what has happened to the file, if anything has."""
        for notice in self.state.database.take_notices():
            self._app.notify(visible(notice), severity="warning", timeout=15, markup=False)

    def say(self, error: LabError) -> None:
        """A failure, once: the same sentence again would only be in the way."""
        sentence = visible(str(error))
        if sentence not in self._said:
            self._said.add(sentence)
            self._app.notify(sentence, severity="error", timeout=15, markup=False)

    async def close(self) -> None:
        """What is still to be written is written."""
        if "state" in self.__dict__:
            if self._begun:
                await self._write()
            self.last_words = await self.state.do(self.state.database.keep_aside)
            await self.state.close()
