from __future__ import annotations

import time
from pathlib import Path

import pytest
from textual.widgets import Input, OptionList

from tests.tui.chatting import asked, ends, engine_of, opened
from tests.tui.conftest import Lab, closed, dialog, screen_text, settled, shows, until
from tests.tui.probing import put
from tui.answers import Token
from tui.chat.conversation import Conversation, Exchange
from tui.chat.parts import Call, Outcome, Text
from tui.chat.reply import Reply
from tui.chat.store import pack
from tui.history_text import excerpt, found_lines, words_of
from tui.screens.history import HistorySearch
from tui.state.entries import Entry, write_entries
from tui.state.history import Found, Hit
from tui.state.probes import ProbeResult
from tui.state.state import State
from tui.widgets.prompt_box import PromptBox

HOSTILE = "100 % of [bold]it[/bold] \x1b[31m_ ' \" \\ ; DROP TABLE entries; --"


def talk(question: str, answer: str, *, call: str = "") -> Conversation:
    parts: list[Text | Call] = [Text([Token(1, answer, forced=False)])]
    if call:
        outcome = Outcome(kind="ok", output="forty-two")
        parts.insert(0, Call("calc", state="done", outcome=outcome, given=call))
    reply = Reply(parts=list(parts), state="done", approve=("calc",))
    return Conversation("nano/sft", [Exchange(question, reply)])


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State(tmp_path / "lab.sqlite")


def found(state: State, words: str) -> list[tuple[str, str]]:
    return [(each.subject, each.title) for each in state.history.search(words)]


def test_what_was_said_is_found_by_any_of_its_words(state: State) -> None:
    state.conversations.save(pack(talk("Where does STRAẞE end?", "In Dunbury.", call="6 * 7")))
    here = [("conversation", "Where does STRAẞE end?")]
    for words in ("dunbury", "strasse", "  END   where ", "6 * 7", "forty", "unbur"):
        assert found(state, words) == here, words
    for words in ("dunbury strasse", "nowhere", "%", "_", "*.*"):
        assert found(state, words) == [], words
    assert [each.decision for each in state.decisions.listed()] == ["approve"]


def test_signs_of_sql_and_of_markup_are_only_text(state: State) -> None:
    state.conversations.save(pack(talk(HOSTILE, HOSTILE)))
    (one,) = state.history.search("[bold]it[/bold] DROP")
    assert "100 % of [bold]" in one.title
    line = found_lines(one, words_of("drop"), 60).plain
    assert "\x1b" not in line
    assert "[bold]" in line
    state.history.remove(one.subject, one.key)
    assert found(state, "") == []


def test_what_was_removed_comes_back_whole(state: State) -> None:
    kept = talk("one", "first", call="1 + 1")
    state.conversations.save(pack(kept))
    state.conversations.save(pack(talk("two", "second")))
    result = ProbeResult("p", ("nano/sft",), "0.92 right", {"right": 0.92}, "2026-01-01")
    state.probes.note(result)
    before = found(state, "")
    removed = [state.history.remove(each.subject, each.key) for each in state.history.search("")]
    assert found(state, "") == []
    assert state.conversations.listed() == []
    assert state.decisions.listed() == []
    assert state.probes.finished("p") is None
    for each in reversed(removed):
        state.history.put_back(each)
        state.history.put_back(each)
    assert sorted(found(state, "")) == sorted(before)
    assert state.conversations.load(kept.key).exchanges[0].reply.text == "first"
    assert len(state.decisions.listed()) == 1
    assert state.probes.finished("p") == "2026-01-01"


def test_twenty_thousand_entries_are_searched_at_the_pace_of_typing(state: State) -> None:
    text = "the river Aldra rises near Mount Kessel and flows through Dunbury " * 5

    def fill(database: object) -> None:
        for number in range(5000):
            entries = [Entry(i, "answer", "nano/sft", f"{text}{number}") for i in range(4)]
            write_entries(database, "conversation", f"k{number}", f"{number:06}", entries)  # type: ignore[arg-type]

    state.database.write(fill)
    took = []
    for words in ("dunbury", "kessel 4999", "zebra", "aldra zebra"):
        began = time.process_time()
        state.history.search(words)
        took.append(time.process_time() - began)
    assert sorted(took)[1] < 0.15, "50 ms on a machine of its own"


def test_an_excerpt_is_cut_around_the_hit() -> None:
    text = "a " * 200 + "the needle" + " b" * 200
    assert "needle" in excerpt(text, ["needle"], 40)
    assert len(excerpt(text, ["needle"], 40)) <= 40
    each = Found("prompt", "k", "2026-01-01T10:00", "title", (Hit(0, "answer", "m", text),))
    lines = found_lines(each, ["needle"], 50).plain.splitlines()
    assert lines[0] == "title"
    assert "needle" in lines[2]
    assert max(map(len, lines)) <= 50


async def test_the_history_opens_what_was_asked_of_the_columns(lab: Lab) -> None:
    async with lab.open((80, 24)) as (app, pilot):
        prompt = app.compare.query_one(PromptBox)
        prompt.text = "Who was she?"
        await pilot.press("enter")
        await settled(app, pilot)
        prompt.text = "And he?"
        await pilot.press("enter")
        await settled(app, pilot)
        n_asked = len(lab.engine.requests)
        await pilot.press("f6")
        screen = await dialog(app, pilot, HistorySearch)
        await shows(app, pilot, "And he?")
        await pilot.press(*"she dun")
        await until(pilot, lambda: len(screen._found) == 0, "no entry holds both")
        await pilot.press(*["backspace"] * 4)
        await until(pilot, lambda: len(screen._found) == 1, "one is left")
        await pilot.press("enter")
        await closed(app, pilot)
        await until(pilot, lambda: prompt.text == "Who was she?", "the prompt of before")
        assert [c.answer.question for c in app.compare.columns.all if c.answer] == [
            "Who was she?",
            "Who was she?",
        ]
        assert len(lab.engine.requests) == n_asked, "shown, not asked"
        assert "not kept yet" not in screen_text(app)


async def test_the_history_opens_deletes_and_brings_back_by_keys_and_by_mouse(talk: Lab) -> None:
    engine_of(talk).turns = ends
    async with opened(talk, (80, 24)) as (app, pilot, pane):
        await asked(pilot, pane, "the first question")
        first = pane.session.conversation
        await pilot.press("ctrl+n")
        await asked(pilot, pane, "the second question")
        await pilot.press("f6")
        screen = await dialog(app, pilot, HistorySearch)
        await pilot.press(*"question")
        await until(pilot, lambda: len(screen._found) == 2, "both")
        await pilot.press("down", "down", "x")
        await until(pilot, lambda: len(screen._found) == 1, "one was deleted")
        assert screen._found[0].title == "the second question"
        await shows(app, pilot, "bring back")
        await pilot.press("ctrl+z")
        await until(pilot, lambda: len(screen._found) == 2, "it is back")
        await pilot.press("down", "delete")
        await until(pilot, lambda: len(screen._found) == 1, "deleted again")
        await shows(app, pilot, "bring back")
        row = next(
            i for i, line in enumerate(screen_text(app).splitlines()) if "bring back" in line
        )
        column = screen_text(app).splitlines()[row].index("bring back")
        await pilot.click(offset=(column, row))
        await until(pilot, lambda: len(screen._found) == 2, "back by mouse")
        options = screen.query_one(OptionList)
        await pilot.click(options, offset=(3, 2))
        await closed(app, pilot)
        await until(pilot, lambda: pane.session.conversation.key == first.key, "it is open")
        assert pane.session.conversation.exchanges[0].question == "the first question"


async def test_nothing_found_is_said(lab: Lab) -> None:
    async with lab.open((60, 16)) as (app, pilot):
        await pilot.press("f6")
        screen = await dialog(app, pilot, HistorySearch)
        screen.query_one(Input).value = "nobody ever said this"
        await shows(app, pilot, "Nothing holds these words.")
        await pilot.press("enter", "down", "x", "ctrl+z")
        assert app.screen is screen
        await pilot.press("escape")
        await closed(app, pilot)


async def test_a_probe_is_noted_when_it_is_seen_finished_and_opened_again(lab: Lab) -> None:
    put(lab)
    async with lab.open((100, 30)) as (app, pilot):
        await pilot.press("escape", "6")
        state = app.state
        await until(pilot, lambda: state.history.search("probe"), "noted")
        noted = [each for each in state.history.search("probe") if each.subject == "probe"]
        names = [each.key for each in lab.probes.listed() if each.status.state == "done"]
        assert sorted(each.key for each in noted) == sorted(names)
        await pilot.press("4", "escape", "f6")
        screen = await dialog(app, pilot, HistorySearch)
        await pilot.press(*"probe")
        await until(pilot, lambda: len(screen._found) == len(names), "found")
        await pilot.press("enter")
        await closed(app, pilot)
        await until(pilot, lambda: app.shown_pane == "probes", "opened")


def test_what_is_put_back_is_found_though_others_have_its_ids(state: State) -> None:
    state.decisions.bench("calc", "1+1", "two")
    [found] = state.history.search("1+1")
    removed = state.history.remove(found.subject, found.key)
    state.decisions.bench("calc", "2+2", "four")
    for _ in range(2):
        state.history.put_back(removed)
    [again] = state.history.search("1+1")
    assert again == found
    assert [each.title for each in state.history.search("")] == ["calc: 2+2", "calc: 1+1"]


@pytest.mark.parametrize("typed", ["\udc00", "a\x00b"])
def test_a_search_for_what_no_file_can_hold_finds_nothing(state: State, typed: str) -> None:
    state.decisions.bench("calc", "1+1", "two")
    assert state.history.search(typed) == []
