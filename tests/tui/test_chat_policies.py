from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from engine.errors import CheckpointError
from engine.tool_protocol import ToolList
from tests.tui.chatting import QUESTION, asked, calm, engine_of, opened
from tests.tui.conftest import Lab, screen_text, shows, until
from tools.result import ToolResult
from tui import settings
from tui.bench.scripted_chat import TOOLS, Use
from tui.chat.policy import Policies
from tui.settings import schema
from tui.widgets.chat_block import Place

CALC, PYTHON, SEARCH = TOOLS


async def test_policies_are_remembered_beside_the_theme(talk: Lab) -> None:
    settings.current().take("screen.theme", "lab-light")
    settings.current().keep("screen.theme")
    async with opened(talk) as (_, pilot, pane):
        assert pane.session.policies.of(CALC) == "always"
        await pilot.press("f4")
        await pilot.pause()
        await pilot.press("enter", "escape")
        await until(pilot, settings.remembered_policies, "written")
    assert settings.value(schema.THEME) == "lab-light"
    async with opened(talk) as (app, pilot, pane):
        assert app.theme == "lab-light"
        assert pane.session.policies.of(CALC) == "never"
        await shows(app, pilot, "calc ✓ never")


async def test_policies_that_cannot_be_written_hold_for_this_visit(talk: Lab) -> None:
    async with opened(talk) as (app, pilot, pane):
        settings.settings_path().mkdir(parents=True)
        await pilot.press("f4")
        await pilot.pause()
        await pilot.press("enter", "escape")
        await until(
            pilot, lambda: any("settings.toml" in n.message for n in app._notifications), "said"
        )
        assert pane.session.policies.of(CALC) == "never"


def test_what_was_chosen_for_a_tool_that_stays_here_does_not_let_it_out() -> None:
    held = Policies()
    held.choose(SEARCH, "always")
    assert held.of(SEARCH) == "always"
    assert held.of(replace(SEARCH, trust="network")) == "ask"


async def test_a_turn_that_goes_on_keeps_to_the_policies_of_now(talk: Lab) -> None:
    ran = ToolResult(kind="ok", output="3")
    engine_of(talk).turns = lambda request: [" So", Use("python", "print(3)", ran), " done"]
    async with opened(talk) as (app, pilot, pane):
        await asked(pilot, pane, policy="always")
        pane.session.policies.choose(PYTHON, "ask")
        pane.session.policies.choose(SEARCH, "never")
        pane.blocks.focus()
        pane.blocks.go_to(Place(0, "call", 1))
        await pilot.press("r")
        await until(pilot, lambda: len(engine_of(talk).requests) == 2, "asked anew")
        again = engine_of(talk).requests[1]
        assert again.continue_ids  # so what was offered stands fixed in the prompt
        assert again.tools == ("calc", "python", "search")
        assert again.approve == ("python", "search")
        await shows(app, pilot, "? waiting for you")


async def test_tools_are_asked_for_again_when_the_engine_could_not_say(
    talk: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[ToolList | None] = [None, None, ToolList(tools=TOOLS)]

    async def tools() -> ToolList:
        found = said.pop(0)
        if found is None:
            raise CheckpointError("The engine does not start.")
        return found

    monkeypatch.setattr(engine_of(talk), "tools", tools)
    async with talk.open() as (app, pilot):
        await pilot.press("escape", "5")
        await shows(app, pilot, "✗ The engine does not start.")
        pane = app.chat
        assert pane is not None
        engine_of(talk).requests.clear()
        await asked(pilot, pane)
        assert engine_of(talk).requests[0].tools == ()
        await shows(app, pilot, "no tools offered")
        await asked(pilot, pane)
        assert engine_of(talk).requests[1].tools == ("calc", "python", "search")
        await shows(app, pilot, "python ✓")


async def test_tools_off_stay_off_while_the_tools_are_not_known(
    talk: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(talk) as (_, pilot, pane):
        await asked(pilot, pane)
        pane.session.tools = ()  # as after an engine that could not say
        await pilot.press("escape", "o")
        await until(pilot, lambda: len(engine_of(talk).requests) == 2, "asked")
        await calm(pilot, pane)
        assert engine_of(talk).requests[1].tools == ()


async def test_a_question_that_was_asked_anew_meanwhile_is_asked_once(
    talk: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(talk) as (_, pilot, pane):
        await asked(pilot, pane)
        engine_of(talk).requests.clear()
        pane.session.tools = ()
        gate, tools = asyncio.Event(), engine_of(talk).tools

        async def late() -> ToolList:
            await gate.wait()
            return await tools()

        monkeypatch.setattr(engine_of(talk), "tools", late)
        await pilot.press("escape", "o", "o")  # the second takes the place of the first
        gate.set()
        await until(pilot, lambda: engine_of(talk).requests, "asked")
        await calm(pilot, pane)
        assert len(engine_of(talk).requests) == 1


async def test_the_tool_is_named_while_the_call_is_written(talk: Lab) -> None:
    async with opened(talk) as (app, pilot, pane):
        engine_of(talk).tokens_per_s = 1.0
        pane.prompt.text = QUESTION
        await pilot.press("enter")
        await shows(app, pilot, "▾ search")
        line = next(line for line in screen_text(app).split("\n") if "▾ search" in line)
        assert "being written" in line
        await pilot.press("escape")
        await calm(pilot, pane)
        await shows(app, pilot, "broken off")
        await pilot.press("escape", "up", "up")
        assert not pane.decider.possible("edit")  # its end is missing
        await pilot.press("t")
        await shows(app, pilot, "<|search_start|>‹1004›")
