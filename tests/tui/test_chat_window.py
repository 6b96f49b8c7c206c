"""A long conversation is read from end to end though only a part of it is laid out."""

from __future__ import annotations

import re

import pytest
from textual import events
from textual.pilot import Pilot

from tests.tui.chatting import opened
from tests.tui.conftest import Lab, screen_text, shows, until
from tests.tui.test_chat_kept import said
from tui.app import LabApp
from tui.chat.conversation import Conversation, Exchange
from tui.chat.store import ChatStore, pack
from tui.panes.chat import ChatPane
from tui.widgets import chat_window
from tui.widgets.chat_block import Block, Place
from tui.widgets.chat_window import Window, around, places, tail

N = 16


def long(n: int = N) -> Conversation:
    made = Conversation("nano/sft")
    made.exchanges += [Exchange(f"question {number}", said("yes")) for number in range(n)]
    return made


@pytest.fixture
def kept(talk: Lab, monkeypatch: pytest.MonkeyPatch) -> Lab:
    monkeypatch.setattr(chat_window, "MOST_BLOCKS", 20)
    monkeypatch.setattr(chat_window, "FEWER_BLOCKS", 16)
    ChatStore().save(pack(long()))
    return talk


def seen(app: LabApp) -> set[int]:
    """Numbers of the questions on the screen."""
    return {int(number) for number in re.findall(r"question (\d+)", screen_text(app))}


async def read(
    app: LabApp, pilot: Pilot[None], pane: ChatPane, key: str, last: int, turns: int = 200
) -> list[set[int]]:
    """What was on the screen, turn by turn, until the ``last`` question is."""
    found = [seen(app)]
    for _ in range(turns):
        if last in found[-1]:
            return found
        if key.startswith("wheel"):
            kind = events.MouseScrollUp if key == "wheel-up" else events.MouseScrollDown
            await pilot._post_mouse_events([kind], pane.blocks, (9, 3), button=0)
        else:
            await pilot.press(key)
        await pilot.pause(0)
        assert len(pane.blocks.query(Block)) <= 24
        found.append(seen(app))
    raise AssertionError(f"question {last} never came: {found[-3:]}")


@pytest.mark.parametrize(("back", "forth"), [("pageup", "pagedown"), ("wheel-up", "wheel-down")])
async def test_nothing_is_skipped(kept: Lab, back: str, forth: str) -> None:
    async with opened(kept, (80, 24)) as (app, pilot, pane):
        await shows(app, pilot, f"question {N - 1}")
        pane.blocks.focus()
        await pilot.pause()
        there = await read(app, pilot, pane, back, 0)
        assert set.union(*there) >= set(range(N))
        assert pane.blocks.query_one("#later").display
        assert not pane.blocks.query_one("#earlier").display
        again = await read(app, pilot, pane, forth, N - 1)
        assert set.union(*again) >= set(range(N))


async def test_home_and_end_are_at_hand_from_anywhere(kept: Lab) -> None:
    async with opened(kept, (80, 24)) as (app, pilot, pane):
        await shows(app, pilot, f"question {N - 1}")
        pane.blocks.focus()
        await pilot.press("home")
        await until(pilot, lambda: 0 in seen(app), "the first")
        assert pane.blocks.place == Place(0, "question")
        pane.blocks.choose_none()
        assert pane.blocks.place == Place(N - 1, "end")  # keys mean the newest, laid out or not
        await pilot.press("end")
        await until(pilot, lambda: N - 1 in seen(app), "the last")
        assert "later question" not in screen_text(app)
        pane.blocks.go_to(Place(N // 2, "question"))
        await until(pilot, lambda: N // 2 in seen(app), "one in the middle")


@pytest.mark.parametrize("n", [0, 1, 2, 500])
def test_a_window_holds_whole_exchanges_and_not_too_many(n: int) -> None:
    conversation = long(n)
    newest = tail(conversation)
    assert newest.end is None
    assert len(places(conversation, newest)) <= chat_window.MOST_BLOCKS
    for exchange in {0, n // 2, n - 1} & set(range(n)):
        window = around(conversation, exchange)
        assert window.has(exchange)
        assert len(places(conversation, window)) <= chat_window.FEWER_BLOCKS + 4
    if n == 500:
        assert around(conversation, n - 1).end is None
        assert around(conversation, 0).first == 0
        assert newest.first > 0
    else:
        assert newest.first == 0 or n == 0
        assert places(conversation, Window()) == places(conversation, newest)
