from __future__ import annotations

import pytest
from textual.widgets import TextArea

from engine.errors import EngineUnavailableError
from engine.tool_protocol import MAX_TOOL_CHARS, ToolAnswer, ToolRequest
from tests.tui.chatting import QUESTION, asked, calm, engine_of, opened
from tests.tui.conftest import Lab, screen_text, shows, until
from tools.result import ToolResult
from tui.bench.scripted_chat import OUTPUT_END, OUTPUT_START, TOOLS, Use
from tui.panes import chat
from tui.widgets.chat_block import Place


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
        pane.session.policies.choose(TOOLS[2], "never")
        pane.session.policies.choose(TOOLS[0], "ask")
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
        assert app.focused is not pane.prompt, "escape has left it as well"
        await pilot.press("slash", "enter")  # asks again
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
        pane.session.policies.choose(TOOLS[2], "ask")
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


async def test_an_edit_that_could_not_run_is_not_lost(
    talk: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(talk) as (app, pilot, pane):
        await asked(pilot, pane, policy="ask")
        works = engine_of(talk).call_tool

        async def lost(request: ToolRequest) -> ToolAnswer:
            raise EngineUnavailableError("The engine is gone.")

        monkeypatch.setattr(engine_of(talk), "call_tool", lost)
        await pilot.press("e")
        await until(pilot, lambda: bool(app.screen.query(TextArea)), "the editor")
        app.screen.query_one(TextArea).text = "Tova Kasrin"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: app._notifications, "said")
        await shows(app, pilot, "? waiting for you · edited")
        monkeypatch.setattr(engine_of(talk), "call_tool", works)
        await pilot.press("a")
        await calm(pilot, pane)
        (call,) = engine_of(talk).tool_requests
        assert call.text == "Tova Kasrin"
        part = next(pane.session.conversation.exchanges[0].reply.calls)
        # The model must not read that it had asked for somebody else.
        assert all(token.forced for token in part.tokens)
        assert "Tova" in "".join(token.text for token in part.tokens)
        assert engine_of(talk).requests[1].continue_ids == part.ids


async def test_an_output_that_is_too_long_costs_no_answer(talk: Lab) -> None:
    async with opened(talk) as (app, pilot, pane):
        await asked(pilot, pane)
        before = pane.session.conversation.exchanges[0].reply
        await pilot.press("escape", "up", "up", "up", "i")
        await until(pilot, lambda: bool(app.screen.query(TextArea)), "the editor")
        app.screen.query_one(TextArea).text = "x" * (MAX_TOOL_CHARS + 1)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: app._notifications, "said")
        assert pane.session.conversation.exchanges[0].reply is before
        assert before.state == "done"
