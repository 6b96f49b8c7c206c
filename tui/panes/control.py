"""Does to work on disk what a pane was asked to: starts, stops, resumes it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from textual.widget import Widget

from engine.errors import LabError
from tui.background import in_background
from tui.safe_text import visible


def control(
    pane: Widget, what: Callable[[], str | None], after: Callable[[str | None], Awaitable[None]]
) -> None:
    """Do something in a thread, as it touches files.

    Args:
        pane: says so if it fails.
        what: gives the name of what is to be looked at next, if anything.
        after: told that name when it is done.
    """

    async def work() -> None:
        try:
            name = await asyncio.to_thread(what)
        except LabError as error:
            sentence = visible(str(error))
            pane.notify(sentence, severity="error", timeout=10, markup=False)
            return
        await after(name)

    in_background(pane, work, "control")
