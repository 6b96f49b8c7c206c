from __future__ import annotations

import json
from pathlib import Path

import pytest
from textual.widgets import Button, Input

from tests.tui.conftest import Lab, closed, dialog, screen_text, shows, until
from tests.tui.idk_events import asking, trained
from tui.bench.scripted import checkpoint
from tui.panes.pipeline import PipelinePane
from tui.pipeline_text import run_words
from tui.run_history import RunHistory
from tui.screens.card import Card
from tui.screens.confirm import Confirm
from tui.screens.start_run import StartRun
from tui.widgets.curve import Curve
from tui.widgets.rail import Rail, headline
from tui.widgets.run_steps import RunSteps
from tui.widgets.status_line import StatusLine

GO = ("escape", "1")


async def test_opens_at_the_base_stage_and_says_what_it_is(lab: Lab) -> None:
    async with lab.open() as (app, pilot):
        await pilot.press(*GO)
        await until(pilot, lambda: "came from nothing" in screen_text(app), "the checkpoint")
        text = screen_text(app)
        for words in ("parameters 2.82 M", "context 512", "steps 2 200", "sha-256 3fa94c213fa9"):
            assert words in text
        assert "val_bpb 0.612" in text
        assert "0.61 bpb" in text
        assert "0.97 head" in text
        assert app.query_one(PipelinePane).display
        assert not app.query_one("#compare").display


async def test_what_a_training_has_made_is_there_when_it_has_ended(lab: Lab) -> None:
    made = [checkpoint("nano/base", "base")]
    lab.checkpoints = lambda: list(made)
    lab.runs.add("base-0001", "running")
    async with lab.open(answered=False) as (app, pilot):
        await pilot.press("escape", "1")
        await shows(app, pilot, "● running")
        made.append(checkpoint("base-0001", "base", shipped=False))
        lab.runs._change("base-0001", "done")
        await until(pilot, lambda: len(app.compare.checkpoints) == 2, "it can be asked")


async def test_a_running_training_is_found_again(lab: Lab) -> None:
    lab.runs.add("base-0003", "running")
    async with lab.open() as (app, pilot):
        await until(pilot, lambda: "base-0003" in app.query_one(StatusLine).job, "the job line")
        await pilot.press(*GO)
        await until(pilot, lambda: "step 1 840/2 600" in screen_text(app), "its progress")
        rail = app.query_one(Rail)
        assert rail.entry is not None
        assert rail.entry.id == "run:base-0003"
        await until(pilot, lambda: "8.40 k tok/s" in screen_text(app), "its pace")
        text = screen_text(app)
        assert "bits/byte" in text
        assert "ETA" in text
        assert "step    200 ▸ Mira Veklon was born in 1843" in text
        assert "━━ base-0003" in text


async def test_the_shipped_curve_stands_beside_in_another_line(lab: Lab, tmp_path: Path) -> None:
    folder = tmp_path / "base"
    folder.mkdir()
    lines = [{"type": "step", "step": s, "loss": 8 / s + 1} for s in range(1, 500)]
    text = "\n".join(map(json.dumps, lines))
    (folder / "curve.jsonl").write_text(text + "\nbroken")
    lab.checkpoints = lambda: [checkpoint("nano/base", "base", path=folder)]
    lab.runs.add("base-0001", "running")
    async with lab.open(answered=False) as (app, pilot):
        await pilot.press(*GO)
        await until(pilot, lambda: "┄┄ shipped nano/base" in screen_text(app), "the reference")
        run, shipped = app.query_one(Curve).series
        assert run.stroke == "solid"
        assert shipped.stroke == "dotted"
        assert len(shipped.points) == 499


async def test_train_with_the_dialog(lab: Lab) -> None:
    async with lab.open() as (app, pilot):
        await pilot.press(*GO)
        await until(pilot, lambda: app.query_one(Rail).entry is not None, "the rail")
        await pilot.press("t")
        field = (await dialog(app, pilot, StartRun)).query_one("#steps", Input)
        field.value = "-3"
        await pilot.press("enter")
        await shows(app, pilot, "'-3'")
        field.value = "40"
        field.focus()
        await pilot.press("enter")
        await until(pilot, lambda: lab.runs.calls, "started")
        assert lab.runs.calls == [("start", "base", "nano", None, 40)]
        await until(pilot, lambda: "base-0001" in screen_text(app), "shown")
        await until(
            pilot,
            lambda: (e := app.query_one(Rail).entry) is not None and e.id == "run:base-0001",
            "followed",
        )


async def test_pause_resume_and_stop_by_keys_and_buttons(lab: Lab) -> None:
    lab.runs.add("base-0003", "running")
    async with lab.open() as (app, pilot):
        await pilot.press(*GO)
        await until(pilot, lambda: "● running" in screen_text(app), "running")
        assert app.query_one("#resume", Button).disabled
        await pilot.press("p")
        await until(pilot, lambda: "‖ paused" in screen_text(app), "paused")
        await until(pilot, lambda: not app.query_one("#resume", Button).disabled, "button")
        await pilot.click("#resume")
        await until(pilot, lambda: "● running" in screen_text(app), "going on")
        await pilot.press("x")
        await dialog(app, pilot, Confirm)
        await pilot.press("n")
        await closed(app, pilot)
        await pilot.press("x")
        await dialog(app, pilot, Confirm)
        await pilot.press("y")
        await until(pilot, lambda: "■ stopped" in screen_text(app), "stopped")
        await pilot.press("r")
        await until(pilot, lambda: "● running" in screen_text(app), "resumed")
        assert lab.runs.calls == [
            ("pause", "base-0003"),
            ("continue", "base-0003"),
            ("stop", "base-0003"),
            ("resume", "base-0003"),
        ]


@pytest.mark.parametrize(
    ("state", "sign"), [("lost", "? lost"), ("failed", "✗ failed"), ("stopped", "■ stopped")]
)
async def test_ended_runs_say_why_and_how_to_go_on(lab: Lab, state: str, sign: str) -> None:
    lab.runs.add("base-0002", state, step=420, message="[bold]It ended at 420.\x1b[2J")
    async with lab.open() as (app, pilot):
        await pilot.press(*GO)
        await until(pilot, lambda: "base-0002" in screen_text(app), "the run")
        app.query_one(Rail).go_to("run:base-0002")
        await until(pilot, lambda: sign in screen_text(app), "its state")
        text = screen_text(app)
        assert "[bold]It ended at 420.␛[2J" in text
        assert "r " in text
        assert "last saved" in text or "where it stopped" in text


async def test_a_second_training_asks_before_it_stops_the_first(lab: Lab) -> None:
    lab.runs.add("base-0003", "running")
    async with lab.open() as (app, pilot):
        await pilot.press(*GO)
        await until(pilot, lambda: "● running" in screen_text(app), "running")
        app.query_one(Rail).go_to("stage:sft")
        await pilot.pause()
        await pilot.press("t")
        await dialog(app, pilot, StartRun)
        await pilot.press("enter")
        await dialog(app, pilot, Confirm)
        await pilot.press("escape")
        await closed(app, pilot)
        assert lab.runs.calls == []
        await pilot.press("t")
        await dialog(app, pilot, StartRun)
        await pilot.press("enter")
        await dialog(app, pilot, Confirm)
        await pilot.press("y")
        await until(pilot, lambda: len(lab.runs.calls) == 2, "stopped and started")
        assert lab.runs.calls == [("stop", "base-0003"), ("start", "sft", "nano", None, None)]


async def test_a_refused_training_is_a_sentence(lab: Lab) -> None:
    async with lab.open() as (app, pilot):
        await pilot.press(*GO)
        await until(pilot, lambda: app.query_one(Rail).entry is not None, "the rail")
        pane = app.query_one(PipelinePane)
        await pilot.press("t")
        await dialog(app, pilot, StartRun)
        # Another terminal starts one meanwhile, and the app has not looked again yet.
        lab.runs.add("base-0009", "running")
        pane.lab.watch_runs.runs = ()
        await pilot.press("enter")
        await until(
            pilot,
            lambda: "base-0009" in screen_text(app) or isinstance(app.screen, Confirm),
            "said",
        )


async def test_the_model_card_opens_as_text(lab: Lab, tmp_path: Path) -> None:
    folder = tmp_path / "base"
    folder.mkdir()
    (folder / "README.md").write_text("# The base model\n\nIt reads [bold]pages[/bold].\n")
    lab.checkpoints = lambda: [checkpoint("nano/base", "base", path=folder)]
    async with lab.open(answered=False) as (app, pilot):
        await pilot.press(*GO)
        await until(pilot, lambda: app.query_one(Rail).entry is not None, "the rail")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Card), "the card")
        await until(pilot, lambda: "The base model" in screen_text(app), "its text")
        await pilot.press("escape")
        assert not isinstance(app.screen, Card)


async def test_a_missing_card_is_a_sentence(lab: Lab) -> None:
    async with lab.open() as (app, pilot):
        await pilot.press(*GO)
        await until(pilot, lambda: app.query_one(Rail).entry is not None, "the rail")
        await pilot.press("d")
        await until(pilot, lambda: "cannot be read" in screen_text(app), "the sentence")


async def test_stages_that_are_not_trained_have_no_curve_and_no_train_key(lab: Lab) -> None:
    async with lab.open() as (app, pilot):
        await pilot.press(*GO)
        await until(pilot, lambda: app.query_one(Rail).entry is not None, "the rail")
        app.query_one(Rail).go_to("stage:web")
        await until(pilot, lambda: "A small internet" in screen_text(app), "the stage")
        assert not app.query_one(Curve).display
        assert app.query_one(PipelinePane).check_action("train", ()) is None


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_a_run_shows_its_steps_before_it_trains(lab: Lab, size: tuple[int, int]) -> None:
    lab.events = asking
    lab.runs.add("idk-0001", "running", step=0, parent="nano/sft", message="Finding out.")
    async with lab.open(size) as (app, pilot):
        await pilot.press(*GO)
        await until(pilot, lambda: "2 400/6 000" in screen_text(app), "the step it is in")
        text = screen_text(app)
        for words in ("✓ 1 snippets", "▸ ● 3 answers", "ETA 36 s", "○ 5 decisions", "✓ correct"):
            assert words in text
        assert not app.query_one(Curve).display
        await until(pilot, lambda: "answers 40%" in app.query_one(StatusLine).job, "the job")
        await pilot.press("right_square_bracket")
        await until(pilot, lambda: "▸ ✓ 1 snippets" in screen_text(app), "the first step")
        assert "↵Mira Veklon was" in screen_text(app)
        await pilot.press("left_square_bracket")
        await until(pilot, lambda: "▸ ● 3 answers" in screen_text(app), "the one it is in again")
        await pilot.click("#steps", offset=(6, 1))
        await until(pilot, lambda: "the snippet says" in screen_text(app), "the one clicked on")
        app.query_one(Rail).go_to("stage:base")
        await until(pilot, lambda: not app.query_one(RunSteps).display, "no steps elsewhere")
        assert not app.query_one(Curve).display, "its losses are not known"


@pytest.mark.parametrize(
    ("size", "figures"),
    [((80, 24), "refuses unknown 0.00→0.90"), ((160, 48), "refuses unknown      0.00  0.90  0.93")],
)
async def test_the_development_split_stands_beside_the_curve(
    lab: Lab, size: tuple[int, int], figures: str
) -> None:
    lab.events = trained
    lab.runs.add("idk-0001", "running", step=150, total_steps=300)
    async with lab.open(size) as (app, pilot):
        await pilot.press(*GO)
        for words in (figures, "━━ idk-0001", "✓ 5"):
            await shows(app, pilot, words)
        assert "580" not in screen_text(app)
        for _ in range(4):
            await pilot.press("right_square_bracket")
        await shows(app, pilot, "580")
        await shows(app, pilot, "4 knowledge")


@pytest.mark.parametrize(
    ("state", "steps", "early"),
    [("done", 300, True), ("done", 150, False), ("stopped", 300, False)],
)
def test_a_run_that_ended_early_says_what_is_kept(
    lab: Lab, state: str, steps: int, early: bool
) -> None:
    history = RunHistory()
    history.take(trained())
    run = lab.runs.add("idk-0001", state, step=150, total_steps=steps)
    assert ("better than that of step 100" in run_words(run, history, 100).plain) is early


async def test_idk_is_trained_from_an_assistant(lab: Lab) -> None:
    lab.checkpoints = lambda: [
        checkpoint("nano/base", "base"),
        checkpoint("nano/sft", "sft"),
        checkpoint("sft-0002", "sft", shipped=False),
    ]
    async with lab.open() as (app, pilot):
        await pilot.press(*GO)
        await until(pilot, lambda: "stage:idk" in app.query_one(Rail).entries, "the stage")
        app.query_one(Rail).go_to("stage:idk")
        await until(pilot, lambda: "say that it does not know" in screen_text(app), "the stage")
        await pilot.press("t")
        form = await dialog(app, pilot, StartRun)
        assert list(form.parents) == ["nano/sft", "sft-0002"]
        await shows(app, pilot, "the preset's own sft")
        await pilot.press("enter")
        await until(pilot, lambda: lab.runs.calls, "started")
        assert lab.runs.calls == [("start", "idk", "nano", None, None)]


@pytest.mark.parametrize(
    ("metrics", "shown"),
    [
        ({"refused_unseen": 0.934, "facts_head": 0.98, "val_bpb": 0.2}, "0.93 ref."),
        ({"facts_head": 0.98, "val_bpb": 0.2}, "0.98 head"),
        ({"val_loss": 0.5, "val_bpb": 0.2}, "0.20 bpb"),
        ({}, ""),
    ],
)
def test_idk_is_known_by_what_it_refuses(metrics: dict[str, float], shown: str) -> None:
    assert headline([checkpoint("nano/idk", "idk", metrics=metrics)]) == shown
