"""The notice that a terminal is smaller than the lab is laid out for."""

from __future__ import annotations

import pytest
from textual.widgets import Input

from tests.tui.conftest import Lab, closed, dialog, on_top, screen_text, shows, until
from tests.tui.test_mouse import click
from tui.screens.sampling_form import SamplingForm
from tui.screens.small_terminal import SmallTerminal
from tui.widgets.prompt_box import PromptBox


@pytest.mark.parametrize("size", [(40, 10), (59, 40), (120, 15), (79, 24), (80, 23), (1, 1)])
async def test_a_small_terminal_is_told_so_and_recovers(lab: Lab, size: tuple[int, int]) -> None:
    async with lab.open() as (app, pilot):
        await pilot.resize_terminal(*size)
        await on_top(app, pilot, SmallTerminal)
        if size[0] > 10:
            await shows(app, pilot, f"This terminal has {size[0]}x{size[1]}.")
            await shows(app, pilot, "for 80x24 and more")
        assert "Mira" not in screen_text(app)
        await pilot.resize_terminal(80, 24)
        await closed(app, pilot)
        await shows(app, pilot, "Mira")


async def test_one_can_go_on_in_a_small_terminal(lab: Lab) -> None:
    async with lab.open((72, 20)) as (app, pilot):
        await shows(app, pilot, "Mira")
        await pilot.resize_terminal(62, 18)
        await pilot.pause()
        assert len(app.screen_stack) == 1, "said once"
        await pilot.resize_terminal(59, 18)
        await on_top(app, pilot, SmallTerminal)
        await shows(app, pilot, "59x18")
        await pilot.press("enter", "1", "f8", "ctrl+o", "x")
        assert len(app.screen_stack) == 2, "nobody can work in that"
        assert app.shown_pane == "compare"
        await pilot.resize_terminal(62, 18)
        await closed(app, pilot)
        await pilot.resize_terminal(100, 30)
        await pilot.resize_terminal(72, 20)
        await click(app, pilot, "⏎ go on")
        await closed(app, pilot)
        assert app.focused is app.compare.query_one(PromptBox)


@pytest.mark.parametrize("key", ["q", "ctrl+c", "ctrl+q"])
async def test_a_terminal_that_is_too_small_can_be_left(lab: Lab, key: str) -> None:
    async with lab.open() as (app, pilot):
        await pilot.resize_terminal(30, 8)
        await on_top(app, pilot, SmallTerminal)
        await pilot.press(key)
        await until(pilot, lambda: not app.is_running, "left")
        assert app.return_code == 0


async def test_a_dialog_keeps_what_was_typed_while_the_terminal_is_too_small(lab: Lab) -> None:
    async with lab.open() as (app, pilot):
        await pilot.press("f2")
        form = await dialog(app, pilot, SamplingForm)
        await pilot.press("end", "7")
        await pilot.resize_terminal(30, 8)
        await on_top(app, pilot, SmallTerminal)
        await pilot.press("9")
        await pilot.resize_terminal(100, 30)
        await dialog(app, pilot, SamplingForm)
        assert form.query(Input).first().value == "0.87"


async def test_a_small_start_goes_back_to_the_pane_that_was_shown(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLMLAB_START_PANE", "pipeline")
    async with lab.open((59, 20)) as (app, pilot):
        await until(pilot, lambda: app.shown_pane == "pipeline", "the pane")
        await on_top(app, pilot, SmallTerminal)
        await pilot.resize_terminal(100, 30)
        await closed(app, pilot)
        await shows(app, pilot, "stages")
