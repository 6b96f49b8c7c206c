"""Comes back to where somebody left off, and keeps where that is while they go on."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from engine.errors import LabError
from tui.background import in_background
from tui.safe_text import visible

if TYPE_CHECKING:
    from tui.app import LabApp
    from tui.state.state import State


class Remembering:
    """Holds the app's state.

    Args:
        app: whose panes remember.
    """

    def __init__(self, app: LabApp) -> None:
        self._app = app
        self._said: set[str] = set()

    @cached_property
    def state(self) -> State:
        """What the lab keeps; SQLite is imported when it is first asked for."""
        from tui.state.state import State

        return State()

    async def begin(self) -> None:
        """Open the file; whether it is whole is looked at while everything else goes on."""
        in_background(self._app, self._check, "state")

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
            await self.state.close()
