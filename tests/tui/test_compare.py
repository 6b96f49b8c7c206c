"""The Compare pane asks, and what may happen to a question."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from textual.widgets import Input

from tests.tui.conftest import Lab, dialog, screen_text, settled, shows, until
from tui.panes.compare import EXAMPLE
from tui.screens.sampling_form import SamplingForm
from tui.widgets.columns import Columns
from tui.widgets.prompt_box import PromptBox
from tui.widgets.status_line import StatusLine


async def test_opens_with_the_example_answered_by_base_and_sft(lab: Lab) -> None:
    async with lab.open() as (app, pilot):
        pane = await settled(app, pilot)
        await shows(app, pilot, "✓ correct")
        assert pane.column_names() == ["nano/base", "nano/sft"]
        base, sft = lab.engine.requests
        assert (base.prompt, base.messages) == (EXAMPLE, None)
        assert sft.prompt is None
        assert sft.messages is not None
        assert sft.messages[0].content == EXAMPLE
        text = screen_text(app)
        assert "nano/base ▾ · raw" in text
        assert "nano/sft ▾ · chat" in text
        assert "Mira Veklon comes from Dunbury." in text
        assert "head fact, on 81 pages" in text
        assert "8 tok · 412 tok/s · first 31 ms" in text


async def test_typing_and_enter_asks_all_columns(lab: Lab) -> None:
    async with lab.open() as (app, pilot):
        prompt = app.query_one(PromptBox)
        assert app.focused is prompt
        prompt.text = ""
        await pilot.press("h", "i", "alt+enter", "4", "q", "enter")
        pane = await settled(app, pilot)
        await until(pilot, lambda: len(lab.engine.requests) == 4, "asked again")
        assert lab.engine.requests[2].prompt == "hi\n4q"
        assert pane.columns.all[0].answer is not None
        await pilot.press("ctrl+j")
        await until(pilot, lambda: len(lab.engine.requests) == 6, "asked by ctrl+j")


async def test_an_empty_prompt_is_not_sent(lab: Lab) -> None:
    async with lab.open() as (app, pilot):
        app.query_one(PromptBox).text = "  \n"
        await pilot.press("enter")
        await pilot.pause()
        assert len(lab.engine.requests) == 2


async def test_another_seed_repeats_with_the_next_one(lab: Lab) -> None:
    async with lab.open() as (app, pilot):
        pane = await settled(app, pilot)
        pane.columns.all[0].lane.own = replace(
            pane.sampling, params=replace(pane.sampling.params, seed=40, temperature=0.0)
        )
        await pilot.press("ctrl+r")
        await until(pilot, lambda: len(lab.engine.requests) == 4, "asked again")
        first, second = lab.engine.requests[2:]
        assert (first.params.seed, first.params.temperature) == (41, 0.0)
        assert (second.params.seed, second.params.temperature) == (8, 0.8)
        await shows(app, pilot, "seed 8")


async def test_shared_and_own_sampling(lab: Lab) -> None:
    async with lab.open() as (app, pilot):
        pane = await settled(app, pilot)
        await pilot.press("f2")
        form = await dialog(app, pilot, SamplingForm)
        form.query_one("#temperature", Input).value = "abc"
        await pilot.press("enter")
        await shows(app, pilot, "'abc'")
        form.query_one("#temperature", Input).value = "0.3"
        form.query_one("#n", Input).value = "2"
        await pilot.press("enter")
        await until(pilot, lambda: len(lab.engine.requests) == 4, "asked with the new settings")
        assert {r.params.temperature for r in lab.engine.requests[2:]} == {0.3}
        assert {r.n for r in lab.engine.requests[2:]} == {2}
        await settled(app, pilot)
        await shows(app, pilot, "sample 2 of 2")

        pane.columns.go_to(pane.columns.all[1])
        await pilot.press("o")
        form = await dialog(app, pilot, SamplingForm)
        form.query_one("#temperature", Input).value = "0"
        await pilot.press("enter")
        await until(pilot, lambda: len(lab.engine.requests) == 5, "only this column asked")
        assert lab.engine.requests[-1].model == "nano/sft"
        assert lab.engine.requests[-1].params.greedy
        await shows(app, pilot, "own temperature 0 greedy")
        await pilot.press("o")
        await until(pilot, lambda: len(lab.engine.requests) == 6, "shared settings again")
        assert lab.engine.requests[-1].params.temperature == 0.3


async def test_mode_switch_sends_raw_text_to_all(lab: Lab) -> None:
    async with lab.open() as (_, pilot):
        await pilot.press("ctrl+t", "enter")
        await until(pilot, lambda: len(lab.engine.requests) == 4, "asked again")
        assert [r.prompt for r in lab.engine.requests[2:]] == [EXAMPLE, EXAMPLE]


async def test_escape_stops_and_the_engine_hears_of_it(lab: Lab) -> None:
    lab.engine.script = lambda request: [" word"] * 5000
    lab.engine.tokens_per_s = 500
    async with lab.open(answered=False) as (app, pilot):
        columns = app.query_one(Columns)

        def written() -> list[int]:
            return [c.lane.stream.tokens if c.lane.stream else 0 for c in columns.all]

        await until(pilot, lambda: min(written()) > 20, "tokens")
        await pilot.press("escape")
        await until(pilot, lambda: lab.engine.cancelled == 2, "cancelled in the engine")
        for column in columns.all:
            assert column.answer is not None
            assert column.answer.state == "stopped"
            kept = len(column.answer.rows[0].tokens)
            assert kept > 0
        await asyncio.sleep(0.1)
        await shows(app, pilot, "stopped")
        assert len(columns.all[1].answer.rows[0].tokens) == kept  # type: ignore[union-attr]
        assert app.focused is columns.current, "and leaves the prompt"


async def test_a_digit_behind_escape_is_a_pane_while_answers_stream(lab: Lab) -> None:
    lab.engine.script = lambda request: [" word"] * 5000
    lab.engine.tokens_per_s = 500
    async with lab.open(answered=False) as (app, pilot):
        columns = app.query_one(Columns)
        await until(pilot, lambda: columns.all[1].lane.is_live(), "a stream")
        text = app.query_one(PromptBox).text
        await pilot.press("escape", "3")
        await until(pilot, lambda: app.shown_pane == "tokens", "the pane")
        assert app.query_one(PromptBox).text == text


async def test_an_engine_lost_in_the_middle_is_said_and_restarted(lab: Lab) -> None:
    async with lab.open() as (app, pilot):
        lab.engine.lose_after = 3
        await pilot.press("enter")
        pane = await settled(app, pilot)
        await until(pilot, lambda: lab.engine.status.restarts == 1, "the restart")
        await shows(app, pilot, "✗ The engine stopped in the middle of an answer.")
        await shows(app, pilot, "Press enter to ask again.")
        await shows(app, pilot, "restarted once")
        lost = [c.answer for c in pane.columns.all if c.answer and c.answer.state == "failed"]
        assert [len(answer.rows[0].tokens) for answer in lost] == [3]
        await pilot.press("enter")
        pane = await settled(app, pilot)
        assert {c.answer.state for c in pane.columns.all if c.answer} == {"done"}
        assert app.query_one(StatusLine).status is not None


async def test_an_engine_lost_between_questions_is_started_again(lab: Lab) -> None:
    async with lab.open() as (app, pilot):
        lab.engine.gone = True
        await until(pilot, lambda: lab.engine.status.restarts == 1, "the restart")
        await shows(app, pilot, "restarted once")


async def test_the_form_is_walked_with_the_arrow_keys(lab: Lab) -> None:
    async with lab.open((80, 24)) as (app, pilot):
        await pilot.press("f2")
        await dialog(app, pilot, SamplingForm)
        await pilot.press(*["down"] * 6, *["backspace"] * 3, "2", "0", "down", "3", "enter")
        await until(pilot, lambda: len(lab.engine.requests) == 4, "asked")
        assert lab.engine.requests[-1].params.max_tokens == 20
        assert lab.engine.requests[-1].n == 3
        assert lab.engine.requests[-1].params.temperature == 0.8
