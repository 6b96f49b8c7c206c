from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.widgets import Input, OptionList

from engine.events import ToolCalled
from tests.tui.chatting import SEARCH, asked, calm, ends, engine_of, opened
from tests.tui.conftest import Lab, screen_text, shows, until
from tui.bench.scripted_chat import OUTPUT_START, TOOLS
from tui.commands import available
from tui.panes.chat import ChatPane


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
