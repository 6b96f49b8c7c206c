from __future__ import annotations

from dataclasses import replace

import pytest

from tests.tui.conftest import Lab, until
from tui.sampling import OF_COMPARE, Sampling
from tui.screens.start_run import StartRun
from tui.settings import open_settings
from tui.widgets.prompt_box import PromptBox


async def test_the_pane_at_the_start_is_the_last_or_the_one_that_is_set(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with lab.open() as (app, pilot):
        await app.action_pane("tokens")
        await until(pilot, lambda: app.shown_pane == "tokens", "gone there")
        app.remembering.note()
    async with lab.open(answered=False) as (app, pilot):
        await until(pilot, lambda: app.shown_pane == "tokens", "the last")
    monkeypatch.setenv("LLMLAB_START_PANE", "runs")
    async with lab.open(answered=False) as (app, pilot):
        await until(pilot, lambda: app.shown_pane == "runs", "the one that is set")


async def test_what_is_set_holds_over_what_was_left(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with lab.open() as (app, pilot):
        left = replace(app.compare.sampling.params, temperature=0.1, top_k=3, max_tokens=11)
        app.compare.use(replace(app.compare.sampling, params=left))
        app.compare.query_one(PromptBox).text = "What was typed?"
        app.remembering.note()
        await pilot.pause(0.1)
    monkeypatch.setenv("LLMLAB_COMPARE_TEMPERATURE", "0.6")
    async with lab.open(answered=False) as (app, pilot):
        prompt = app.compare.query_one(PromptBox)
        await until(pilot, lambda: prompt.text == "What was typed?", "as it was left")
        await until(pilot, lambda: app.compare.sampling.params.max_tokens == 11, "sampling, too")
        assert app.compare.sampling.params.top_k == 3
        assert app.compare.sampling.params.temperature == 0.6
    monkeypatch.setenv("LLMLAB_START_RESTORE", "off")
    async with lab.open() as (app, pilot):
        assert app.compare.query_one(PromptBox).text != "What was typed?"
        assert app.compare.sampling.params.max_tokens == 96


def test_nobody_s_choice_changes_nothing(lab: Lab) -> None:
    mine = Sampling(params=replace(Sampling().params, temperature=0.1, seed=None))
    assert mine.as_chosen(OF_COMPARE) == mine
    assert mine.as_set(OF_COMPARE) == Sampling()
    open_settings().take("compare.top_p", 0.5)
    assert mine.as_chosen(OF_COMPARE).params == replace(mine.params, top_p=0.5)


def test_a_training_begins_with_the_preset_that_is_set(lab: Lab) -> None:
    assert StartRun("base", None, []).proposed == 0
    open_settings().take("training.preset", "pico")
    assert StartRun("base", None, []).proposed == 1
    assert StartRun("base", None, [], preset="nano").proposed == 0
