"""Which tokenizers stay open, and those that live in processes of their own."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from engine.vocab.find import FoundTokenizer, lend_tokenizer
from engine.vocab.lent import LentTokenizer
from tests.tui.conftest import Lab, shows, until
from tests.tui.tokens.tokenizing import go_to, opened, put
from tui.panes.tokens_opening import Opener
from tui.tokens.desk import Desk
from tui.tokens.names import open_named


async def test_a_tokenizer_is_read_once_and_kept_while_it_stands_on_the_desk() -> None:
    read: list[str] = []

    def find(name: str) -> FoundTokenizer:
        read.append(name)
        return open_named(name)

    nobody = cast(Any, None)
    desk = Desk("", ("bytes",))
    opener = Opener(nobody, desk, find, nobody, nobody)
    assert await opener.find("bytes") is await opener.find("bytes")
    assert read == ["bytes"]
    desk.replace("nano/base")
    opener.let_go()
    await opener.find("bytes")
    assert read == ["bytes", "bytes"], "nobody showed the first one any more"


async def test_a_lent_tokenizer_does_all_that_one_in_the_app_does(lab: Lab) -> None:
    def find(name: str) -> FoundTokenizer:
        return lend_tokenizer(name) if name == "nano/base" else open_named(name)

    async with opened(lab, find=find) as (app, pilot, pane):
        tokenizer = open_named("nano/base").tokenizer

        def is_cut() -> bool:
            seat = pane.desk.seats[0]
            return seat.cut is not None and seat.cut.ids == tokenizer.encode(pane.desk.buffer.text)

        assert is_cut()
        await pilot.press("e", *"Quarry ")
        assert is_cut(), "a key is followed at once"
        found = pane.desk.seats[0].found
        assert found is not None
        assert isinstance(found.tokenizer, LentTokenizer)
        process = found.tokenizer._helper._process
        assert process is not None
        process.kill()
        await asyncio.to_thread(process.wait)
        await pilot.press(*"12 + 3")
        await until(pilot, is_cut, "the text cut by another process")
        await pilot.press("escape")
        put(pane, " Mira Veklon")
        await pilot.press("right")
        await go_to(pilot, pane, "m", "merges")
        await shows(app, pilot, "of these neighbours the earliest learned is merged next")
        await go_to(pilot, pane, "h", "chat")
        await shows(app, pilot, "<|assistant_start|> 2+2 = 4<|assistant_end|>")
        await go_to(pilot, pane, "s", "spelling")
        await shows(app, pilot, 'How many "r"')
        process = found.tokenizer._helper._process
        assert process is not None
        await go_to(pilot, pane, "c", "compare")
        await pilot.press("minus")
        await until(pilot, lambda: process.poll() is not None, "the end of a process not needed")
