"""What the tests of the Tokens pane do and wait for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

from textual.pilot import Pilot

from engine.vocab.find import FoundTokenizer
from tests.tui.conftest import Lab, until
from tui.app import LabApp
from tui.bench.scripted import scripted_services
from tui.panes.tokens import TokensPane
from tui.tokens.names import open_named
from tui.widgets.token_head import View


@asynccontextmanager
async def opened(
    lab: Lab,
    size: tuple[int, int] = (120, 40),
    find: Callable[[str], FoundTokenizer] = open_named,
    *,
    ready: bool = True,
) -> AsyncIterator[tuple[LabApp, Pilot[None], TokensPane]]:
    """The app with the Tokens pane shown; its tokenizers are there unless ``ready`` is false."""
    app = LabApp(replace(scripted_services(lab.engine, lab.runs), tokenizer=find))
    async with app.run_test(size=size, notifications=True) as pilot:
        await app.action_pane("tokens")
        pane = app.tokens_pane
        assert pane is not None
        await until(pilot, lambda: pane.views.pad.has_focus, "the focus")
        if ready:
            await until(pilot, lambda: all(s.state == "ready" for s in pane.desk.seats), "tokens")
        yield app, pilot, pane


async def go_to(pilot: Pilot[None], pane: TokensPane, key: str, view: View) -> None:
    """Press a view's key and wait until it has the focus."""
    await pilot.press(key)
    await until(pilot, lambda: pane.view == view and pane.views.has_focus_within, view)


def texts(pane: TokensPane, place: int = 0) -> list[bytes]:
    """The tokens of a seat as bytes."""
    cut = pane.desk.seats[place].cut
    assert cut is not None
    return [cut.data(number) for number in range(len(cut.ids))]


def put(pane: TokensPane, text: str) -> None:
    """Another text on the desk."""
    pane.desk.buffer.replace(text)
    pane.views.focused_pad.show_cursor()
