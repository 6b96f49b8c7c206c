"""Does to work on disk what a pane was asked to: starts, stops, resumes it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from textual.widget import Widget

from engine.errors import LabError
from tui.background import in_background
from tui.safe_text import visible

L = TypeVar("L")


def control(
    pane: Widget,
    what: Callable[[], str | None],
    *,
    read: Callable[[], Awaitable[None]],
    named: Callable[[str], L | None],
    look_at: Callable[[L], None],
) -> None:
    """Do something in a thread, as it touches files; what it names is looked at next.

    Args:
        pane: says so if it fails.
        what: gives the name of what is to be looked at next, if anything.
        read: the folders anew, when it is done.
        named: what is read by a name.
        look_at: shows it.
    """

    async def work() -> None:
        try:
            name = await asyncio.to_thread(what)
        except LabError as error:
            sentence = visible(str(error))
            pane.notify(sentence, severity="error", timeout=10, markup=False)
            return
        await read()
        found = named(name) if name is not None else None
        if found is not None:
            look_at(found)

    in_background(pane, work, "control")
