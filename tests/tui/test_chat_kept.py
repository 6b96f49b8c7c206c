from __future__ import annotations

import asyncio
import json
import threading
from pathlib import Path

import pytest
from textual.widgets import Input, OptionList

from tests.tui.chatting import asked, ends, engine_of, opened
from tests.tui.conftest import Lab, dialog, screen_text, shows, until
from tui.answers import CUT_SHORT, Token
from tui.bench.scripted import checkpoint
from tui.chat.conversation import Conversation, Exchange
from tui.chat.parts import Text
from tui.chat.reply import Reply
from tui.chat.store import ChatStore, Packed, pack
from tui.commands.named import named
from tui.models import Model
from tui.panes import chat
from tui.screens.past_chats import PastChats
from tui.widgets import chat_window
from tui.widgets.chat_block import Block, Place


async def test_a_conversation_is_kept_and_restored(talk: Lab) -> None:
    async with opened(talk) as (_, pilot, pane):
        await asked(pilot, pane)
        ids = pane.session.conversation.exchanges[0].reply.ids
    async with opened(talk) as (app, pilot, pane):
        await shows(app, pilot, "glassblower")
        assert pane.session.conversation.exchanges[0].reply.ids == ids
        await asked(pilot, pane, "And now?")
        messages = engine_of(talk).requests[0].messages
        assert messages is not None
        assert messages[1].ids == ids


async def test_a_waiting_call_can_be_approved_after_a_restart(talk: Lab) -> None:
    async with opened(talk) as (_, pilot, pane):
        await asked(pilot, pane, policy="ask")
    async with opened(talk) as (app, pilot, pane):
        await shows(app, pilot, "? waiting for you")
        await pilot.press("escape", "a")
        await shows(app, pilot, "glassblower")
        assert engine_of(talk).requests[0].continue_ids


async def test_a_conversation_that_another_app_went_on_with_is_kept_as_two(talk: Lab) -> None:
    engine_of(talk).turns = ends
    async with opened(talk) as (app, pilot, pane):
        await asked(pilot, pane, "first question")
        ours = pane.session.conversation
        await until(pilot, lambda: ChatStore().listed(), "kept")
        other = ChatStore()
        theirs = other.load(ours.key)
        theirs.exchanges.append(Exchange("asked elsewhere", Reply()))
        theirs.touch()
        other.save(pack(theirs))
        await asked(pilot, pane, "asked here")
        await until(pilot, lambda: ours.key != theirs.key, "kept beside it")
        await shows(app, pilot, "Another llmlab has gone on")
        await asked(pilot, pane, "and here")

    def questions(key: str) -> list[str]:
        return [each.question for each in ChatStore().load(key).exchanges]

    assert questions(theirs.key) == ["first question", "asked elsewhere"]
    assert questions(ours.key) == ["first question", "asked here", "and here"]
    assert len(ChatStore().listed()) == 2


async def test_new_list_open_delete(talk: Lab) -> None:
    engine_of(talk).turns = ends
    async with opened(talk) as (app, pilot, pane):
        await asked(pilot, pane, "first question")
        await pilot.press("ctrl+n")
        await pilot.pause()
        await shows(app, pilot, "Where was Orson Kovats born?")
        await asked(pilot, pane, "second question")
        await pilot.press("ctrl+l")
        await dialog(app, pilot, PastChats)
        await pilot.press("down", "enter")
        await until(
            pilot, lambda: pane.session.conversation.title == "first question", "opened again"
        )
        await pilot.press("ctrl+l")
        await dialog(app, pilot, PastChats)
        await pilot.press("x")  # The list begins at the one that is open.
        await shows(app, pilot, "Delete “first question” for good?")
        await pilot.press("n")
        await dialog(app, pilot, PastChats)
        assert len(ChatStore().listed()) == 2
        await pilot.press("x")
        await shows(app, pilot, "for good?")
        await pilot.press("y")
        await until(pilot, lambda: len(ChatStore().listed()) == 1, "deleted")
        assert pane.session.conversation.exchanges == []
        assert ChatStore().listed()[0].title == "second question"


async def test_what_is_said_while_it_is_written_is_written_as_well(
    talk: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine_of(talk).turns = ends
    async with opened(talk) as (_, pilot, pane):
        await asked(pilot, pane, "first question")
        conversation = pane.session.conversation
        await until(pilot, lambda: pane.shelf.has_kept(conversation.exchanges[0]), "kept")
        begun, gate, save = threading.Event(), threading.Event(), ChatStore.save

        def slow(store: ChatStore, packed: Packed) -> str:
            begun.set()
            gate.wait(30)
            return save(store, packed)

        monkeypatch.setattr(ChatStore, "save", slow)
        pane.shelf.keep(conversation)
        await asyncio.to_thread(begun.wait, 30)
        conversation.exchanges.append(Exchange("second question", Reply(state="done")))
        pane.shelf.keep(conversation)
        gate.set()
        await until(pilot, lambda: pane.shelf.has_kept(conversation.exchanges[1]), "both")
        kept = ChatStore().load(conversation.key).exchanges
        assert [each.question for each in kept] == ["first question", "second question"]


async def test_one_that_was_deleted_since_the_palette_was_opened_is_a_sentence(talk: Lab) -> None:
    engine_of(talk).turns = ends
    async with opened(talk) as (app, pilot, pane):
        await asked(pilot, pane, "first question")
        await until(pilot, lambda: len(ChatStore().listed()) == 1, "kept")
        found = [each for each in await named(app) if each.name == "Open first question"]
        ChatStore().delete(pane.session.conversation.key)
        app.call_later(found[0].run)  # as the palette does
        await shows(app, pilot, "it was deleted")
        assert app.is_running


async def test_export_by_the_form(talk: Lab, tmp_path: Path) -> None:
    async with opened(talk) as (app, pilot, pane):
        await asked(pilot, pane)
        await pilot.press("escape", "x")
        await until(pilot, lambda: bool(app.screen.query(Input)), "the form")
        path = app.screen.query_one(Input)
        path.value = str(tmp_path / "chat.doc")
        await pilot.press("enter")
        await shows(app, pilot, "ends in '.doc'")
        path.value = str(tmp_path / "chat.jsonl")
        await pilot.press("enter")
        await until(pilot, (tmp_path / "chat.jsonl").exists, "written")
        lines = (tmp_path / "chat.jsonl").read_text().splitlines()
        assert [json.loads(line)["role"] for line in lines] == ["user", "assistant"]


async def test_another_model_begins_a_new_conversation(talk: Lab) -> None:
    names = {"nano/base": "base", "nano/sft": "sft", "sft-0002": "sft"}
    talk.checkpoints = lambda: [checkpoint(name, stage) for name, stage in names.items()]
    engine_of(talk).turns = ends
    async with opened(talk) as (app, pilot, pane):
        await asked(pilot, pane, "first question")
        await pilot.press("escape", "c")
        await until(pilot, lambda: bool(app.screen.query(OptionList)), "the list")
        await pilot.press("down", "enter")
        await until(pilot, lambda: not pane.session.conversation.exchanges, "a new one")
        await asked(pilot, pane, "second question")
        assert engine_of(talk).requests[-1].model == "sft-0002"
        assert len(engine_of(talk).requests[-1].messages or ()) == 1
        assert {each.model for each in ChatStore().listed()} == {"nano/sft", "sft-0002"}


async def test_leaving_in_the_middle_of_an_answer_keeps_what_there_is(
    talk: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kept() -> str:
        return " ".join(ChatStore().load(each.key).exchanges[0].reply.text
                        for each in ChatStore().listed())  # fmt: skip

    monkeypatch.setattr(chat, "HALF_EVERY_S", 0.05)
    engine_of(talk).turns = lambda request: [" one", " two", *[" more"] * 500]
    async with opened(talk) as (app, pilot, pane):
        engine_of(talk).tokens_per_s = 10.0
        pane.prompt.text = "q"
        await pilot.press("enter")
        await until(pilot, lambda: kept().startswith("one two"), "kept while it goes on")
        await shows(app, pilot, "one two more")
    (listed,) = ChatStore().listed()
    reply = ChatStore().load(listed.key).exchanges[0].reply
    assert reply.text.startswith("one two more")
    assert (reply.state, reply.message) == ("failed", CUT_SHORT)


async def test_without_its_model_a_conversation_is_only_read(talk: Lab) -> None:
    shipped = [checkpoint("nano/base", "base"), checkpoint("nano/sft", "sft")]
    talk.checkpoints = lambda: [*shipped, checkpoint("run-7", "sft")]
    async with opened(talk) as (_, pilot, pane):
        pane.talk_to(Model.of_checkpoint(checkpoint("run-7", "sft")))
        await asked(pilot, pane, policy="ask")
        reply = pane.session.conversation.exchanges[0].reply
    talk.checkpoints = lambda: shipped
    async with opened(talk) as (app, pilot, pane):
        await shows(app, pilot, "? waiting for you")
        kept = pane.session.conversation
        assert pane.session.model is not None
        assert pane.session.model.name == "nano/sft"
        await pilot.press("escape")
        for key in ("a", "d", "r", "o"):
            app.clear_notifications()
            await pilot.press(key)
            await until(pilot, lambda: app._notifications, "said")
            assert "was with run-7" in next(iter(app._notifications)).message
        # Neither another tokenizer's ids nor anybody else's words have come into it.
        assert engine_of(talk).tool_requests == []
        assert engine_of(talk).requests == []
        assert pane.session.conversation is kept
        assert kept.exchanges[0].reply.ids == reply.ids
        assert kept.exchanges[0].without is None


async def test_a_question_before_there_was_an_assistant_is_for_the_first_one(talk: Lab) -> None:
    there = [checkpoint("nano/base", "base")]
    talk.checkpoints = lambda: list(there)
    engine_of(talk).turns = ends
    async with talk.open(answered=False) as (app, pilot):
        await pilot.press("escape", "5")
        await shows(app, pilot, "no assistant yet")
        pane = app.chat
        assert pane is not None
        pane.prompt.text = "hello"
        await pilot.press("enter")
        await shows(app, pilot, "There is no assistant to ask yet")
        pane.show_checkpoints([*there, checkpoint("sft-0001", "sft", tools=())])
        await pilot.press("enter")
        await shows(app, pilot, "Good.")
        assert engine_of(talk).requests[-1].model == "sft-0001"
        assert pane.session.conversation.model == "sft-0001"


async def test_of_a_long_conversation_the_end_is_laid_out(
    talk: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat_window, "MOST_BLOCKS", 24)
    monkeypatch.setattr(chat_window, "FEWER_BLOCKS", 12)
    long = Conversation("nano/sft")
    long.exchanges += [Exchange(f"question {number}", said("yes")) for number in range(20)]
    ChatStore().save(pack(long))
    engine_of(talk).turns = ends
    async with opened(talk, (80, 24)) as (app, pilot, pane):

        def laid_out() -> int:
            return len(pane.blocks.query(Block))

        await shows(app, pilot, "question 19")
        assert laid_out() <= 12
        for number in range(6):
            await asked(pilot, pane, f"more {number}")
            await until(pilot, lambda: laid_out() <= 24, "the oldest are gone")
        await shows(app, pilot, "more 5")
        oldest = pane.blocks.query(Block).first().place.exchange
        assert oldest > 12
        pane.blocks.focus()
        pane.blocks.go_to(Place(oldest, "question"))
        await shows(app, pilot, f"{oldest} earlier questions: ↑ or home")
        await pilot.press("up")
        await until(pilot, lambda: pane.blocks.place == Place(oldest - 1, "end"), "one further up")
        await pilot.press("home")
        await shows(app, pilot, "question 0")
        assert "earlier question" not in screen_text(app)
        assert pane.blocks.place == Place(0, "question")
        await asked(pilot, pane, "the last one")
        await shows(app, pilot, "the last one")
        await until(pilot, lambda: laid_out() <= 24, "the oldest are gone again")
        await until(pilot, lambda: len(ChatStore().load(long.key).exchanges) == 27, "kept whole")


def said(words: str) -> Reply:
    reply = Reply(parts=[Text([Token(1, f" {words}", forced=False)])], state="done")
    reply.n_prompt, reply.max_seq_len = 9, 512
    return reply
