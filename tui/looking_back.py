"""Opens the history, and what is chosen there in the pane where it belongs."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from engine.errors import LabError
from tui.background import in_background
from tui.safe_text import one_line, visible

if TYPE_CHECKING:
    from tui.app import LabApp
    from tui.state.history import Found


def look_back(app: LabApp) -> None:
    """Show the history; what is chosen is opened."""
    from tui.screens.history import HistorySearch

    def chosen(found: Found | None) -> None:
        if found is not None:
            in_background(app, partial(_open, app, found), "history", only=True)

    app.push_screen(HistorySearch(app.state), chosen)


async def _open(app: LabApp, found: Found) -> None:
    try:
        if found.subject == "conversation":
            await _open_conversation(app, found)
        elif found.subject == "prompt":
            await _open_prompt(app, found)
        elif found.subject == "probe":
            await _open_probe(app, found)
        else:
            await _open_bench(app, found)
    except LabError as error:
        app.notify(visible(str(error)), severity="error", timeout=10, markup=False)


async def _open_conversation(app: LabApp, found: Found) -> None:
    from tui.widgets.chat_block import Place

    await app.action_pane("chat")
    chat = app.chat
    assert chat is not None
    await chat.shelf.open(found.key)
    if found.hits:
        chat.blocks.go_to(Place(found.hits[0].place, "question"))
        chat.blocks.focus()


async def _open_prompt(app: LabApp, found: Found) -> None:
    from tui.panes.compare_memory import show_again

    prompt, answered = await app.state.do(app.state.prompts.load, found.key)
    await app.action_pane("compare")
    gone = await show_again(app.compare, prompt, answered)
    if gone:
        names = ", ".join(map(one_line, gone))
        app.notify(f"No longer here: {names}.", severity="warning", markup=False)


async def _open_probe(app: LabApp, found: Found) -> None:
    await app.action_pane("probes")
    pane = app.probes_pane
    assert pane is not None
    listed = await asyncio.to_thread(app.probes().listed)
    for each in listed:
        if each.key == found.key:
            pane.look_at(each)
            return
    raise LabError(f"The probe at {found.key} is no longer there. What it found: {found.title}")


async def _open_bench(app: LabApp, found: Found) -> None:
    from tui.panes.chat_dialogs import open_bench

    await app.action_pane("chat")
    chat = app.chat
    assert chat is not None
    await chat.partner.tools_known()
    tool, _, call = found.title.partition(": ")
    open_bench(app, chat.session, app, tool, call)
