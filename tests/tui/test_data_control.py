"""Runs of the funnel begun, stopped, resumed and chosen from the Data pane."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest
from textual.widgets import Input, OptionList

from tests.tui.conftest import Lab, closed, dialog, screen_text, shows, until
from tests.tui.filtering import MadeFolder, opened, put, report
from tui.data.listed import Wish
from tui.screens.data_form import DataForm
from tui.screens.listed import ListedDialog

SLOW = "import time, sys; print('builds: 200 of 900', file=sys.stderr, flush=True); time.sleep(60)"


async def test_without_any_run_it_says_how_to_begin(lab: Lab) -> None:
    async with opened(lab, (80, 24)) as (app, pilot, pane):
        await shows(app, pilot, "There is no run of the funnel yet: n starts one.")
        await shows(app, pilot, "llmlab data run")
        await pilot.press("b", "d", "w", "t", "h", "enter", "right_square_bracket", "f")
        assert not pane.views.display
        await pilot.press("o")
        await shows(app, pilot, "There is none yet")


async def test_a_run_is_started_followed_stopped_and_resumed(lab: Lab) -> None:
    put(lab)
    async with opened(lab) as (app, pilot, pane):
        await pilot.press("n")
        form = await dialog(app, pilot, DataForm)
        await pilot.press(*"/tmp/x.warc")
        form.query_one("#name", Input).value = "no good"
        await pilot.press("enter")
        await shows(app, pilot, "'no good' cannot name a run")
        form.query_one("#name", Input).value = "mine"
        await pilot.press("enter")
        await closed(app, pilot)
        await shows(app, pilot, "1/4 pages 30%")
        assert lab.funnels.calls == [("start", Wish(inputs=("/tmp/x.warc",), name="mine"))]
        await shows(app, pilot, "300 pages judged so far, 46.7 % of them stay.")
        await shows(app, pilot, "funnel mine 1/4 pages 30%")
        assert "x stop" in screen_text(app)
        await pilot.press("x")
        await shows(app, pilot, "■ stopped")
        await shows(app, pilot, "r goes on from there")
        await pilot.press("r")
        await shows(app, pilot, "● 1/4 pages 30%")
        mine = lab.funnels.named("mine")
        lab.funnels.folders[mine.key] = MadeFolder(report(name="mine", truth=None))
        lab.funnels.change("mine", state="done")
        await shows(app, pilot, "✓ done")
        await until(pilot, lambda: pane.views.funnel.rows.has_focus, "the funnel and its keys")
        await pilot.press("o")
        listed = await dialog(app, pilot, ListedDialog)
        assert listed.query_one(OptionList).highlighted == 0
        await pilot.press("down", "enter")
        await closed(app, pilot)
        await shows(app, pilot, "ships with the lab")
        assert "x stop" not in screen_text(app)


async def test_a_run_that_failed_says_why(lab: Lab) -> None:
    lab.funnels.add("mine", "failed", message="The disk is [full]\x1b: free some space.", pages=9)
    async with opened(lab, (80, 24)) as (app, pilot, _):
        await shows(app, pilot, "The disk is [full]␛: free some space. · r ")
        await shows(app, pilot, "This run has found nothing yet.")


async def test_a_run_whose_report_is_gone_says_so(lab: Lab) -> None:
    lab.funnels.add("mine", "done", replace(MadeFolder()))
    lab.funnels.folders.clear()
    async with lab.open((80, 24)) as (app, pilot):
        await pilot.press("escape", "2")
        await shows(app, pilot, "✗ /nowhere/mine holds no finished run of the funnel.")
        await pilot.press("o", "escape", "b", "f")


async def test_a_refusal_is_a_sentence(lab: Lab) -> None:
    put(lab)
    lab.funnels.refusal = "'/tmp/[x]\x1b' does not exist."
    async with opened(lab) as (app, pilot, _):
        await pilot.press("n")
        await dialog(app, pilot, DataForm)
        await pilot.press("x", "enter")
        await shows(app, pilot, "'/tmp/[x]␛' does not exist.")


async def test_the_crawl_is_written_first(lab: Lab) -> None:
    put(lab)
    lab.funnels.crawl_missing = True
    lab.build_command = (sys.executable, "-c", SLOW)
    async with opened(lab) as (app, pilot, pane):
        await pilot.press("n")
        await dialog(app, pilot, DataForm)
        await pilot.press("enter")
        await shows(app, pilot, "The pocket web's crawl is written first (x stops it)")
        await shows(app, pilot, "builds: 200 of 900")
        await pilot.press("x")
        await until(pilot, lambda: pane.runner.building is None, "the end of it")
        assert lab.funnels.calls == []


async def test_a_crawl_in_place_of_another_can_be_stopped_as_well(lab: Lab) -> None:
    put(lab)
    lab.funnels.crawl_missing = True
    lab.build_command = (sys.executable, "-c", SLOW)
    async with opened(lab) as (app, pilot, pane):
        jobs = []
        for _ in range(2):
            await pilot.press("n")
            await dialog(app, pilot, DataForm)
            await pilot.press("enter")
            await until(pilot, lambda: pane.runner.building not in (None, *jobs), "the crawl")
            jobs.append(pane.runner.building)
        first, second = jobs
        assert first is not None
        await until(pilot, lambda: first._process is None or first._process.returncode, "its end")
        await pilot.pause(0.2)
        assert pane.runner.building is second
        await pilot.press("x")
        await until(pilot, lambda: pane.runner.building is None, "the end of the second")


@pytest.mark.parametrize(
    ("code", "started"), [("", True), ("raise SystemExit('It [broke].')", False)]
)
async def test_what_becomes_of_the_crawl(lab: Lab, code: str, started: bool) -> None:
    put(lab)
    lab.funnels.crawl_missing = True
    lab.build_command = (sys.executable, "-c", code)
    async with opened(lab) as (app, pilot, pane):
        await pilot.press("n")
        await dialog(app, pilot, DataForm)
        await pilot.press("enter")
        if started:
            await shows(app, pilot, "funnel-0002 ·")
        else:
            await shows(app, pilot, "It [broke].")
            assert pane.runner.building is None
        assert bool(lab.funnels.calls) == started
