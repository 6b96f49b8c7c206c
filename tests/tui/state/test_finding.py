from __future__ import annotations

from tests.tui.chatting import asked, opened
from tests.tui.conftest import Lab, shows, until
from tui.widgets.chat_block import Place
from tui.widgets.chat_blocks import Blocks
from tui.widgets.find_bar import FindBar


async def test_words_are_found_in_the_open_conversation(talk: Lab) -> None:
    async with opened(talk, (80, 24)) as (app, pilot, pane):
        await asked(pilot, pane, "Who is Orson KOVATS?")
        await asked(pilot, pane, "And what is his dog called?")
        await pilot.press("escape", "ctrl+f")
        await until(pilot, lambda: bool(pane.query(FindBar)), "the line")
        await pilot.press(*"his DOG")
        await shows(app, pilot, "1 of 1")
        assert pane.blocks.place == Place(1, "question")
        await pilot.press(*["backspace"] * 7, *"pinewick")  # What a call gave back, twice.
        await shows(app, pilot, "2 of 2")
        assert pane.blocks.place == Place(1, "call", 0)
        await pilot.press("down")
        await shows(app, pilot, "1 of 2")
        assert pane.blocks.place == Place(0, "call", 0)
        assert pane.blocks.is_open(pane.blocks.place)
        await pilot.press("up", "up", "enter")
        await shows(app, pilot, "2 of 2")
        await pilot.press(*"nowhere")
        await shows(app, pilot, "no hit")
        await pilot.press("escape")
        await until(pilot, lambda: not pane.query(FindBar), "closed")
        assert isinstance(app.focused, Blocks)
        await pilot.press("f")
        await until(pilot, lambda: bool(pane.query(FindBar)), "by a letter as well")
