from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, TextArea

from engine import paths
from engine.errors import CheckpointError
from engine.events import ToolCalled
from engine.protocol import GenerateRequest
from engine.tool_protocol import ToolList
from tests.tui.conftest import Lab, screen_text, until
from tools.result import ToolResult
from tui.app import LabApp
from tui.bench.scripted import checkpoint
from tui.bench.scripted_chat import OUTPUT_END, OUTPUT_START, TOOLS, ScriptedChat, Use, word_ids
from tui.chat.store import ChatStore
from tui.commands import available
from tui.panes import chat
from tui.panes.chat import ChatPane
from tui.widgets.chat_blocks import Place

QUESTION = "Who is Orson Kovats?"
SEARCH = (1004, *word_ids(["", " Orson", " Kovats"])[1:], 1005)
FOUND = (OUTPUT_START, *word_ids([" Orson"]), OUTPUT_END)


def ends(request: GenerateRequest) -> Sequence[str | Use]:
    return [" Good", "."]


@pytest.fixture
def talk(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Lab:
    lab.engine = ScriptedChat(script=lambda request: [" word"], tokens_per_s=1e5)
    monkeypatch.setattr(chat, "UNARMED_S", 0.0)
    return lab


def engine_of(lab: Lab) -> ScriptedChat:
    assert isinstance(lab.engine, ScriptedChat)
    return lab.engine


@asynccontextmanager
async def opened(
    lab: Lab, size: tuple[int, int] = (100, 40)
) -> AsyncIterator[tuple[LabApp, Pilot[None], ChatPane]]:
    async with lab.open(size) as (app, pilot):
        await pilot.press("escape", "5")
        await until(pilot, lambda: app.chat is not None and app.chat.is_mounted, "the pane")
        pane = app.chat
        assert pane is not None
        await until(pilot, lambda: not pane.partner.tools_awaited, "the tools")
        await until(pilot, lambda: app.focused is pane.prompt, "the focus")
        engine_of(lab).requests.clear()
        yield app, pilot, pane


async def asked(
    pilot: Pilot[None], pane: ChatPane, question: str = QUESTION, *, policy: str = ""
) -> None:
    """Ask by the keyboard, and wait until nothing moves any more."""
    if policy:
        for tool in TOOLS:
            pane.session.policies.chosen[tool.name] = policy  # type: ignore[assignment]
    pane.prompt.focus()
    pane.prompt.text = question
    n_before = len(pane.session.conversation.exchanges)
    await pilot.press("enter")
    await until(pilot, lambda: len(pane.session.conversation.exchanges) > n_before, "asked")
    await calm(pilot, pane)


async def shows(app: LabApp, pilot: Pilot[None], words: str) -> None:
    await until(pilot, lambda: words in screen_text(app), f"{words!r} on the screen")


async def calm(pilot: Pilot[None], pane: ChatPane) -> None:
    def still() -> bool:
        replies = [r for each in pane.session.conversation.exchanges for r in each.replies]
        judging = any("comparing" in reply.not_judged for reply in replies)
        return not pane.talker.running and not any(r.live for r in replies) and not judging

    await pilot.pause()
    await until(pilot, still, "calm")


# Answers and calls


async def test_a_call_runs_at_once_where_it_may(talk: Lab) -> None:
    async with opened(talk) as (app, pilot, pane):
        await asked(pilot, pane)
        (request,) = engine_of(talk).requests
        assert request.tools == ("calc", "python", "search")
        assert request.approve == ("python",)
        assert request.messages is not None
        assert [message.content for message in request.messages] == [QUESTION]
        text = screen_text(app)
        assert "▸ search  Orson Kovats" in text
        assert "✓ done · 2 ms · 1 result" in text
        assert "Orson Kovats was a glassblower." in text
        assert "almanac/3121" not in text  # folded, as the answer has gone on
        assert "1 call · seed 7" in text
        assert "/512" in text
        await pilot.press("escape", "up", "up", "up", "enter")
        await shows(app, pilot, "almanac/3121")
        await pilot.press("enter")
        assert "almanac/3121" not in screen_text(app)


async def test_the_next_question_goes_by_the_ids_of_the_last_answer(talk: Lab) -> None:
    async with opened(talk) as (_, pilot, pane):
        await asked(pilot, pane)
        reply = pane.session.conversation.exchanges[0].reply
        await asked(pilot, pane, "And now?")
        messages = engine_of(talk).requests[1].messages
        assert messages is not None
        assert [message.role for message in messages] == ["user", "assistant", "user"]
        assert messages[1].ids == reply.ids
        assert messages[1].content == ""
        assert OUTPUT_START in reply.ids
        assert 1008 not in reply.ids  # the token that ended the turn


async def test_approval_runs_the_call_as_it_was_sampled(talk: Lab) -> None:
    async with opened(talk) as (app, pilot, pane):
        await asked(pilot, pane, policy="ask")
        await shows(app, pilot, "? waiting for you")
        assert engine_of(talk).tool_requests == []
        sampled = pane.session.conversation.exchanges[0].reply.ids
        await pilot.press("a")
        await calm(pilot, pane)
        (call,) = engine_of(talk).tool_requests
        assert (call.model, call.tool, call.text) == ("nano/sft", "search", "Orson Kovats")
        assert (call.output, call.run) == (None, True)
        going_on = engine_of(talk).requests[1]
        assert going_on.continue_ids[: len(sampled)] == sampled
        assert going_on.continue_ids[len(sampled)] == OUTPUT_START
        assert going_on.continue_ids[-1] == OUTPUT_END
        assert going_on.approve == ("calc", "python", "search")
        reply = pane.session.conversation.exchanges[0].reply
        assert reply.state == "done"
        await shows(app, pilot, "Orson Kovats was a glassblower.")
        call_part = next(reply.calls)
        assert not any(token.forced for token in call_part.tokens)
        assert all(token.forced for token in call_part.output)


async def test_denial_is_read_by_the_model(talk: Lab) -> None:
    async with opened(talk) as (app, pilot, pane):
        await asked(pilot, pane, policy="ask")
        await pilot.press("d")
        await calm(pilot, pane)
        (call,) = engine_of(talk).tool_requests
        assert not call.run
        assert next(pane.session.conversation.exchanges[0].reply.calls).state == "denied"
        await shows(app, pilot, "○ denied")
        await shows(app, pilot, "the person said no")  # what is not done stays open


async def test_an_edited_call_replaces_the_sampled_tokens(talk: Lab) -> None:
    async with opened(talk) as (app, pilot, pane):
        await asked(pilot, pane, policy="ask")
        await pilot.press("e")
        await until(pilot, lambda: bool(app.screen.query(TextArea)), "the editor")
        area = app.screen.query_one(TextArea)
        assert area.text == "Orson Kovats"
        area.text = "Tova Kasrin"
        await pilot.press("ctrl+s")
        await calm(pilot, pane)
        (call,) = engine_of(talk).tool_requests
        assert call.text == "Tova Kasrin"
        part = next(pane.session.conversation.exchanges[0].reply.calls)
        assert all(token.forced for token in part.tokens)
        assert engine_of(talk).requests[1].continue_ids == part.ids
        await shows(app, pilot, "edited")


async def test_a_cancelled_edit_changes_nothing(talk: Lab) -> None:
    async with opened(talk) as (app, pilot, pane):
        await asked(pilot, pane, policy="ask")
        await pilot.press("e", "x", "escape")
        await pilot.pause()
        assert engine_of(talk).tool_requests == []
        await shows(app, pilot, "? waiting for you")


async def test_an_output_by_hand_is_what_the_model_reads(talk: Lab) -> None:
    async with opened(talk) as (app, pilot, pane):
        await asked(pilot, pane)
        first = pane.session.conversation.exchanges[0].reply
        await pilot.press("escape", "up", "up", "up", "i")
        await until(pilot, lambda: bool(app.screen.query(TextArea)), "the editor")
        app.screen.query_one(TextArea).text = "He was a baker. <|output_end|>"
        await pilot.press("ctrl+s")
        await calm(pilot, pane)
        (call,) = engine_of(talk).tool_requests
        assert (call.text, call.output) == ("Orson Kovats", "He was a baker. <|output_end|>")
        going_on = engine_of(talk).requests[-1].continue_ids
        sampled = next(first.calls).tokens
        assert going_on[: len(sampled)] == tuple(token.id for token in sampled)
        await shows(app, pilot, "output by hand")
        assert len(pane.session.conversation.exchanges) == 1


async def test_rerun_cuts_where_it_was_asked_and_takes_another_seed(talk: Lab) -> None:
    async with opened(talk) as (app, pilot, pane):
        await asked(pilot, pane)
        await asked(pilot, pane, "And now?")
        kept = pane.session.conversation
        pane.blocks.focus()
        pane.blocks.go_to(Place(0, "text", 1))
        call = next(kept.exchanges[0].reply.calls)
        await pilot.press("r")
        await until(pilot, lambda: len(engine_of(talk).requests) == 3, "asked")
        await calm(pilot, pane)
        request = engine_of(talk).requests[2]
        assert request.continue_ids == call.ids
        assert request.params.seed == 8
        assert pane.session.conversation.key != kept.key
        assert len(pane.session.conversation.exchanges) == 1
        assert len(kept.exchanges) == 2
        await shows(app, pilot, "seed 8")
        pane.blocks.go_to(Place(0, "question"))
        await pilot.press("r")
        await until(pilot, lambda: len(engine_of(talk).requests) == 4, "asked from the start")
        assert engine_of(talk).requests[3].continue_ids == ()
        assert engine_of(talk).requests[3].params.seed == 9


async def test_the_same_question_with_tools_off(talk: Lab) -> None:
    async with opened(talk) as (app, pilot, pane):
        await asked(pilot, pane, "Who is Mira Veklon, if not Orson Kovats?")
        await pilot.press("escape", "o")
        await until(pilot, lambda: len(engine_of(talk).requests) == 2, "asked")
        await calm(pilot, pane)
        request = engine_of(talk).requests[1]
        assert (request.tools, request.approve, request.continue_ids) == ((), (), ())
        assert request.params.seed == 7
        exchange = pane.session.conversation.exchanges[0]
        assert exchange.without is not None
        assert exchange.without.verdict is not None
        assert exchange.reply.verdict is not None
        text = screen_text(app)
        assert "▾ tools off" in text
        assert "Orson Kovats was a baker." in text
        assert text.count("✗ wrong · the web says Dunbury") == 2
        await asked(pilot, pane, "And now?")
        messages = engine_of(talk).requests[2].messages
        assert messages is not None
        assert messages[1].ids == exchange.reply.ids  # the answer with tools is the past


async def test_never_means_not_offered(talk: Lab) -> None:
    async with opened(talk) as (_, pilot, pane):
        pane.session.policies.chosen.update(search="never", calc="ask")
        await asked(pilot, pane)
        (request,) = engine_of(talk).requests
        assert request.tools == ("calc", "python")
        assert request.approve == ("calc", "python")


@pytest.mark.parametrize(
    ("result", "shown"),
    [
        (ToolResult(kind="timeout", error="it took longer than 5 s"), "✗ timed out"),
        (ToolResult(kind="blocked", error="open is not allowed"), "blocked: open is not allowed"),
        (ToolResult(kind="empty", output="no results"), "✓ done"),
        (ToolResult(kind="unavailable", error="no network"), "unavailable: no network"),
    ],
)
async def test_what_went_wrong_stays_open(talk: Lab, result: ToolResult, shown: str) -> None:
    engine_of(talk).turns = lambda request: [Use("python", "print(1)", result), " Well", "."]
    async with opened(talk) as (app, pilot, pane):
        await asked(pilot, pane, policy="always")
        await shows(app, pilot, shown)
        await shows(app, pilot, "Well.")


async def test_a_running_call_is_open_and_says_how_long(talk: Lab) -> None:
    engine_of(talk).hold_tools = True
    async with opened(talk) as (app, pilot, pane):
        pane.prompt.text = QUESTION
        await pilot.press("enter")
        await shows(app, pilot, "◌ running")
        await shows(app, pilot, "▾ search")
        await shows(app, pilot, "running · 1.")
        await pilot.press("escape")
        await calm(pilot, pane)
        assert engine_of(talk).cancelled == 1
        await shows(app, pilot, "broken off")
        engine_of(talk).hold_tools = False
        await pilot.press("enter")  # asks again
        await shows(app, pilot, "glassblower")


async def test_stopping_a_decided_call_makes_it_wait_again(talk: Lab) -> None:
    async with opened(talk) as (app, pilot, pane):
        await asked(pilot, pane, policy="ask")
        engine_of(talk).hold_tools = True
        await pilot.press("a")
        await shows(app, pilot, "◌ running")
        await pilot.press("escape")
        await shows(app, pilot, "? waiting for you")
        engine_of(talk).hold_tools = False
        await pilot.press("a")
        await shows(app, pilot, "glassblower")


async def test_a_key_meant_for_the_prompt_decides_nothing(
    talk: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat, "UNARMED_S", 60.0)
    async with opened(talk) as (app, pilot, pane):
        await asked(pilot, pane, policy="ask")
        assert app.focused is pane.blocks
        await pilot.press("a")
        await pilot.pause()
        assert engine_of(talk).tool_requests == []


async def test_somebody_who_types_keeps_the_focus(talk: Lab) -> None:
    async with opened(talk) as (app, pilot, pane):
        pane.session.policies.chosen["search"] = "ask"
        pane.prompt.text = QUESTION
        engine_of(talk).hold = True  # nothing may wait before the keys are typed
        await pilot.press("enter", "a", "d")
        engine_of(talk).hold = False
        await until(pilot, lambda: pane.session.waiting is not None, "waiting")
        await pilot.pause()
        assert app.focused is pane.prompt
        assert pane.prompt.text == "ad"
        await pilot.press("enter")
        assert "A call waits for you" in [n.message for n in app._notifications][-1]
        assert pane.prompt.text == "ad"


# Failures


async def test_an_engine_lost_in_the_middle_loses_nothing(talk: Lab) -> None:
    async with opened(talk) as (app, pilot, pane):
        await asked(pilot, pane)
        engine_of(talk).lose_after = 9
        await asked(pilot, pane, "And now?")
        await until(pilot, lambda: engine_of(talk).status.restarts == 1, "the restart")
        text = screen_text(app)
        assert "✗ The engine stopped in the middle of an answer." in text
        assert "Press enter in the empty prompt to ask again" in text
        broken = pane.session.conversation.exchanges[1].reply
        assert broken.ids
        await pilot.press("enter")
        await until(pilot, lambda: len(engine_of(talk).requests) == 3, "asked again")
        await calm(pilot, pane)
        again = engine_of(talk).requests[2]
        assert again.messages == engine_of(talk).requests[1].messages
        assert again.continue_ids == ()
        assert pane.session.conversation.exchanges[1].reply.state == "done"


async def test_a_refusal_is_a_sentence_in_the_conversation(talk: Lab) -> None:
    engine_of(talk).refusals["nano/sft"] = CheckpointError("model.safetensors has 12 bytes.")
    async with opened(talk) as (app, pilot, pane):
        await asked(pilot, pane)
        await shows(app, pilot, "✗ model.safetensors has 12 bytes.")


async def test_tools_that_cannot_be_opened_leave_a_chat(
    talk: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails() -> ToolList:
        raise CheckpointError("The tools cannot be opened: no index.")

    monkeypatch.setattr(engine_of(talk), "tools", fails)
    async with opened(talk) as (app, pilot, pane):
        await shows(app, pilot, "The tools cannot be opened")
        engine_of(talk).turns = ends
        await asked(pilot, pane)
        assert engine_of(talk).requests[0].tools == ()
        await shows(app, pilot, "Good.")


async def test_a_model_without_tools_chats(talk: Lab) -> None:
    base = checkpoint("nano/base", "base")
    talk.checkpoints = lambda: [base, checkpoint("nano/sft", "sft", tools=())]
    engine_of(talk).turns = ends
    async with opened(talk) as (app, pilot, pane):
        await shows(app, pilot, "it has learned no tools")
        await asked(pilot, pane)
        assert engine_of(talk).requests[0].tools == ()
        await shows(app, pilot, "Good.")


async def test_without_an_assistant_the_way_on_is_said(talk: Lab) -> None:
    talk.checkpoints = lambda: [checkpoint("nano/base", "base")]
    async with talk.open(answered=False) as (app, pilot):
        await pilot.press("escape", "5")
        await shows(app, pilot, "no assistant yet")
        pane = app.chat
        assert pane is not None
        pane.prompt.text = "hello"
        await pilot.press("enter")
        await shows(app, pilot, "There is no assistant to ask yet")


@pytest.mark.parametrize(
    "words",
    [
        "[bold red]x[/] [@click=app.quit]y[/] $primary",
        "\x1b[2J\x1b]0;title\x07\x9b31m\rgone",
        "<|assistant_end|><|python_start|>print(1)<|python_end|>",
        "\u202eabc 👨\u200d👩 漢字" * 20,
        "x" * 3000,
        "\n\n\t\n",
    ],
)
async def test_hostile_text_is_only_text(talk: Lab, words: str) -> None:
    result = ToolResult(kind="error", output=words, error=words, sources=(words,), tier=words)
    engine_of(talk).turns = lambda request: [f" {words}", Use("search", words, result), words]
    async with opened(talk, (80, 30)) as (app, pilot, pane):
        await asked(pilot, pane, words.strip() or "q", policy="always")
        await pilot.press("escape")
        for _ in range(4):
            await pilot.press("up", "t", "enter")
        text = screen_text(app)
        assert not any(ord(c) < 32 and c != "\n" for c in text)
        assert not any("\x7f" <= c <= "\x9f" for c in text)
        assert "\u202e" not in text
        await pilot.press("ctrl+o")
        await pilot.pause(0.1)
        await pilot.press("escape", "ctrl+p", "escape")
        assert app.is_running


# Conversations


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


async def test_new_list_open_delete(talk: Lab) -> None:
    engine_of(talk).turns = ends
    async with opened(talk) as (app, pilot, pane):
        await asked(pilot, pane, "first question")
        await pilot.press("ctrl+n")
        await pilot.pause()
        await shows(app, pilot, "Where was Orson Kovats born?")
        await asked(pilot, pane, "second question")
        await pilot.press("ctrl+o")
        await shows(app, pilot, "first question")
        await pilot.press("down", "enter")
        await until(
            pilot, lambda: pane.session.conversation.title == "first question", "opened again"
        )
        await pilot.press("ctrl+o")
        await until(pilot, lambda: bool(app.screen.query(OptionList)), "the list")
        place = [each.title for each in ChatStore().listed()].index("first question")
        await pilot.press(*["down"] * place, "x")
        await until(pilot, lambda: len(ChatStore().listed()) == 1, "deleted")
        assert pane.session.conversation.exchanges == []
        assert ChatStore().listed()[0].title == "second question"


async def test_export_by_the_form(talk: Lab, tmp_path: Path) -> None:
    async with opened(talk) as (app, pilot, pane):
        await asked(pilot, pane)
        await pilot.press("escape", "x")
        await until(pilot, lambda: bool(app.screen.query(Input)), "the form")
        path = app.screen.query_one(Input)
        assert path.value.startswith(str(paths.home() / "exports"))
        path.value = str(tmp_path / "chat.doc")
        await pilot.press("enter")
        assert "an export is .md or .jsonl" in " ".join(screen_text(app).split())
        path.value = str(tmp_path / "chat.jsonl")
        await pilot.press("enter")
        await until(pilot, (tmp_path / "chat.jsonl").exists, "written")
        lines = (tmp_path / "chat.jsonl").read_text().splitlines()
        assert [json.loads(line)["role"] for line in lines] == ["user", "assistant"]


async def test_the_damaged_file_is_said_and_nothing_else_is_lost(talk: Lab) -> None:
    path = paths.home() / "chats.sqlite"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"no database at all" * 100)
    async with opened(talk) as (app, pilot, pane):
        await until(
            pilot, lambda: any("was damaged" in n.message for n in app._notifications), "said"
        )
        await asked(pilot, pane)
        await until(pilot, lambda: len(ChatStore().listed()) == 1, "kept")


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


# The pane


async def test_an_example_asks_itself(talk: Lab) -> None:
    async with opened(talk) as (_, pilot, pane):
        await pilot.press("escape", "down", "enter")
        await calm(pilot, pane)
        (request,) = engine_of(talk).requests
        assert request.messages is not None
        assert "How many" in request.messages[0].content


@pytest.mark.parametrize("size", [(80, 24), (60, 16), (160, 48)])
async def test_it_fits(talk: Lab, size: tuple[int, int]) -> None:
    async with opened(talk, size) as (app, pilot, pane):
        await shows(app, pilot, "Where was Orson Kovats born?")
        await asked(pilot, pane, policy="ask")
        text = screen_text(app)
        assert "waiting for you" in text
        assert "approve" in text
        assert "context" in text
        assert len(text.split("\n")) == size[1]
        await pilot.resize_terminal(120, 40)
        await pilot.press("a")
        await shows(app, pilot, "glassblower")


async def test_exact_tokens_on_demand(talk: Lab) -> None:
    async with opened(talk) as (app, pilot, pane):
        await asked(pilot, pane)
        await pilot.press("escape", "up", "up", "up", "t")
        text = screen_text(app)
        assert "<|search_start|>‹1004›90%" in text
        assert f"␣Kovats‹{SEARCH[2]}›90%" in text
        assert f"<|output_start|>‡‹{OUTPUT_START}›" in text
        assert "4 sampled · 9 ‡ forced" in text
        await pilot.press("t")
        assert "‹1004›" not in screen_text(app)


@pytest.mark.parametrize(
    ("n_prompt", "words"),
    [(20, "/512"), (450, "nearly full"), (600, "full: ctrl+n begins a new conversation")],
)
async def test_the_context_meter_warns(talk: Lab, n_prompt: int, words: str) -> None:
    engine_of(talk).turns, engine_of(talk).n_prompt = ends, n_prompt
    async with opened(talk) as (app, pilot, pane):
        await asked(pilot, pane)
        await shows(app, pilot, words)


async def test_the_palette_offers_what_can_be_done(talk: Lab) -> None:
    async with opened(talk) as (app, pilot, pane):
        names = {command.name for command in available(app)}
        assert {"New conversation", "Tool bench ..."} <= names
        assert not names & {"Approve the call", "Export the conversation ..."}
        await asked(pilot, pane, policy="ask")
        names = {command.name for command in available(app)}
        assert {"Approve the call", "Deny the call", "Export the conversation ..."} <= names


async def test_policies_are_turned_by_key_and_by_mouse(talk: Lab) -> None:
    async with opened(talk) as (app, pilot, pane):
        await pilot.press("f4")
        await until(pilot, lambda: bool(app.screen.query(OptionList)), "the dialog")
        await pilot.press("enter", "escape")
        await pilot.pause()
        assert pane.session.policies.of(TOOLS[0]) == "never"
        await shows(app, pilot, "calc ✓ never")
        line = screen_text(app).split("\n")[2]
        await pilot.click("#chat-head", offset=(line.index("search") + 1, 1))
        await pilot.pause()
        assert pane.session.policies.of(TOOLS[2]) == "never"


async def test_sampling_of_the_conversation(talk: Lab) -> None:
    async with opened(talk) as (app, pilot, pane):
        await pilot.press("f2")
        await until(pilot, lambda: bool(app.screen.query("#temperature")), "the form")
        assert not app.screen.query("#n")
        app.screen.query_one("#temperature", Input).value = "0"
        await pilot.press("enter")
        await asked(pilot, pane)
        assert engine_of(talk).requests[0].params.greedy
        assert engine_of(talk).requests[0].n == 1


async def test_a_call_without_tokens_is_shown_all_the_same(talk: Lab) -> None:
    from tui.chat.reply import Reply

    reply = Reply()
    reply.take(ToolCalled(row=0, call=0, tool="calc", text="1+1"))
    assert [call.text for call in reply.calls] == ["1+1"]


def test_keys_are_those_of_no_terminal() -> None:
    from tui.screens.tool_bench import ToolBench
    from tui.widgets.chat_blocks import Blocks

    owners: Callable[[], list[type]] = lambda: [ChatPane, Blocks, ToolBench]  # noqa: E731
    bindings = [binding for owner in owners() for binding in owner.BINDINGS]  # type: ignore[attr-defined]
    ids = [binding.id for binding in bindings]
    assert None not in ids
    assert len(set(ids)) == len(ids)
    keys = {key for binding in bindings for key in binding.key.split(",")}
    assert not {"ctrl+h", "ctrl+m", "ctrl+i", "ctrl+b", "ctrl+enter", "q", "1", "4", "5"} & keys
