from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot

from tests.tui.chatting import asked, ends, engine_of, opened
from tests.tui.conftest import Lab, screen_text, settled, shows, until
from tui.app import LabApp
from tui.bench.scripted import WORDS, some_words
from tui.panes.pane import LabPane
from tui.state.database import state_path
from tui.widgets.inspector import Inspector
from tui.widgets.prompt_box import PromptBox
from tui.widgets.top_bar import PANES


def kept(query: str) -> list[tuple[object, ...]]:
    with contextlib.closing(sqlite3.connect(state_path())) as database:
        return database.execute(query).fetchall()


@asynccontextmanager
async def back(lab: Lab, words: str) -> AsyncIterator[tuple[LabApp, Pilot[None]]]:
    """The app at its next start; nothing is asked of the engine."""
    lab.engine.requests.clear()
    async with lab.open(answered=False) as (app, pilot):
        await shows(app, pilot, words)
        yield app, pilot
    assert lab.engine.requests == []


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.remembering.NOTE_EVERY_S", 0.1)


async def test_compare_shows_the_last_answers_and_asks_nothing(lab: Lab) -> None:
    async with lab.open() as (app, pilot):
        prompt = app.compare.query_one(PromptBox)
        prompt.text = "Who was she?"
        await pilot.press("enter")
        await settled(app, pilot)
        await pilot.press("escape", "ctrl+t", "plus")
        await until(pilot, lambda: len(app.compare.columns.all) == 3, "another column")
        prompt.text = "half writ"
        before = [column.lane.name for column in app.compare.columns.all]
        noted = "SELECT 1 FROM session WHERE memory LIKE '%half writ%'"
        await until(pilot, lambda: kept(noted), "noted")
    async with back(lab, "half writ") as (app, pilot):
        pane = app.compare
        await until(pilot, lambda: len(pane.columns.all) == 3, "the columns")
        assert [column.lane.name for column in pane.columns.all] == before
        assert pane.columns.chat is False
        answers = [column.answer for column in pane.columns.all]
        assert [a.rows[0].text if a else None for a in answers] == [
            *["Mira Veklon comes from Dunbury."] * 2,
            None,
        ]
        assert answers[0] is not None
        assert answers[0].question == "Who was she?"
        assert "not kept yet" not in screen_text(app)
        await pilot.press("escape", "left_square_bracket", "left")
        await until(pilot, lambda: pane.columns.current.token, "a token is chosen")
        assert pane.columns.current.token is not None
        assert pane.query_one(Inspector).display


async def test_an_answer_that_was_killed_says_so(lab: Lab) -> None:
    async with lab.open() as (app, pilot):
        await until(pilot, lambda: kept("SELECT * FROM answers"), "kept")
        await until(pilot, lambda: kept("SELECT memory FROM session WHERE pane != ''"), "noted")
    with contextlib.closing(sqlite3.connect(state_path())) as database, database:
        database.execute("DELETE FROM answers WHERE place = 1")
    async with back(lab, "was closed in the middle of this answer") as (app, _):
        assert [column.answer is None for column in app.compare.columns.all] == [False, True]


async def test_of_an_answer_on_its_way_there_is_what_was_written_by_then(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.panes.compare.HALF_EVERY_S", 0.05)
    async with lab.open() as (app, pilot):
        lab.engine.script, lab.engine.tokens_per_s = some_words, 1.0
        await pilot.press("enter")
        streams = [column.lane.stream for column in app.compare.columns.all]
        keys = [stream.key for stream in streams if stream is not None and stream.answer.live]
        await until(pilot, lambda: len(app.state.prompts.answers(keys)) == 2, "kept meanwhile")
        assert "not kept yet" not in screen_text(app)
    async with back(lab, "was closed in the middle of this answer") as (app, _):
        answers = [column.answer for column in app.compare.columns.all]
        assert [a.state if a else "" for a in answers] == ["failed"] * 2
        assert [a.rows[0].text if a else "" for a in answers] == ["".join(WORDS)] * 2


async def test_the_pane_and_its_conversation_come_back(talk: Lab) -> None:
    engine_of(talk).turns = ends
    async with opened(talk) as (app, pilot, pane):
        await asked(pilot, pane, "the first one")
        first = pane.session.conversation.key
        await pilot.press("ctrl+n")
        await asked(pilot, pane, "the second one")
        await pane.shelf.open(first)
        pane.prompt.text = "not sent"
        await pilot.pause()
        app.remembering.note()
        await pilot.pause(0.1)
    async with talk.open(answered=False) as (app, pilot):
        await shows(app, pilot, "the first one")
        assert app.chat is not None
        assert app.shown_pane == "chat"
        assert app.chat.prompt.text == "not sent"
        assert app.chat.session.conversation.key == first


async def visited(app: LabApp, pilot: Pilot[None]) -> dict[str, object]:
    """Go to all panes; what each remembers then."""
    memories: dict[str, object] = {}
    for name in PANES:
        await app.action_pane(name)
        pane = app.query_one(f"#{name}", LabPane)
        await until(pilot, pane.memory, f"{name} remembers something")
        await pilot.pause(0.05)
    for name in PANES:
        memories[name] = app.query_one(f"#{name}", LabPane).memory()
    return memories


@pytest.mark.parametrize("value", [None, "gone", [[1]]])
async def test_each_pane_comes_back_from_a_memory_and_from_what_is_none(
    lab: Lab, value: object
) -> None:
    async with lab.open((100, 30)) as (app, pilot):
        memories = await visited(app, pilot)
    if value is not None:
        with contextlib.closing(sqlite3.connect(state_path())) as database, database:
            for name, memory in memories.items():
                assert isinstance(memory, dict)
                wrong = json.dumps(value if value == "gone" else dict.fromkeys(memory, value))
                database.execute("UPDATE session SET memory = ? WHERE pane = ?", (wrong, name))
    async with lab.open((100, 30), answered=False) as (app, pilot):
        await until(pilot, lambda: app.shown_pane == [*PANES][-1], "the pane shown last")
        again = await visited(app, pilot)
        if value is None:
            assert again == memories
