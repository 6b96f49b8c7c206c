"""Runs that are begun, paused, resumed and stopped in the RL pane; the problem before and after."""

from __future__ import annotations

import sys
import threading
from dataclasses import replace

import pytest
from textual.widgets import Input, Select

from engine.errors import RequestError
from engine.protocol import GenerateRequest
from engine.rl.plan import ALGORITHMS, REWARDS, plan
from engine.tasks.catalogue import TASKS
from tests.tui.conftest import Lab, closed, dialog, screen_text, shows, until
from tests.tui.reinforcing import group, opened, put, write_step
from tui.bench.scripted import checkpoint
from tui.commands import available
from tui.screens import rl_form
from tui.screens.confirm import Confirm
from tui.screens.rl_form import FIRST_ALGORITHM, FIRST_TASK, RlForm
from tui.widgets.choice import Tick

# Starting


async def test_enter_starts_with_the_defaults(lab: Lab) -> None:
    async with opened(lab) as (app, pilot, _):
        await pilot.press("t")
        await dialog(app, pilot, RlForm)
        await pilot.press("enter")
        await until(pilot, lambda: lab.runs.calls, "started")
        chosen = plan(FIRST_ALGORITHM, (FIRST_TASK,), reward="true")
        assert lab.runs.calls == [("start", "rl", "nano", None, None, chosen)]


async def test_everything_can_be_chosen(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rl_form, "task_named", lambda name: None)
    pico = checkpoint("pico-sft", "sft", preset="pico", shipped=False)
    lab.checkpoints = lambda: [checkpoint("nano/base", "base"), checkpoint("nano/sft", "sft"), pico]
    async with opened(lab, (80, 24)) as (app, pilot, _):
        await pilot.press("t")
        form = await dialog(app, pilot, RlForm)
        for name in ("parity", "sorting", "word_problems"):
            form.query_one(f"#task-{name}", Tick).toggle()
        form.query_one("#others", Input).value = " gym:leg_counting, "
        form.query_one("#algorithm", Select).value = "dapo"
        form.query_one("#reward", Select).value = "format"
        form.query_one("#parent", Select).value = "pico-sft"
        form.query_one("#steps", Input).value = "12"
        form.query_one("#cold-start", Input).value = "7"
        await pilot.press("enter")
        await until(pilot, lambda: lab.runs.calls, "started")
        tasks = ("word_problems", "sorting", "gym:leg_counting")
        chosen = plan("dapo", tasks, size="pico", reward="format", cold_start=7)
        assert lab.runs.calls == [("start", "rl", "pico", "pico-sft", 12, chosen)]


async def test_the_form_offers_what_there_is_and_fits(lab: Lab) -> None:
    async with opened(lab, (80, 24)) as (app, pilot, _):
        await pilot.press("t")
        form = await dialog(app, pilot, RlForm)
        ticks = form.query(Tick)
        assert len(ticks) == len(TASKS)
        assert [tick.id for tick in ticks if tick.value] == [f"task-{FIRST_TASK}"]
        assert set(ALGORITHMS) == {"grpo", "dr_grpo", "dapo", "rejection", "expert"}
        assert REWARDS[0] == "true"
        await shows(app, pilot, "Train")
        assert screen_text(app).count("[X]") == 1  # Ticked or not is seen without colours.
        assert "[ ] sorting" in screen_text(app)
        assert [info.name for info in form.parents] == ["nano/sft"]  # A base model does not answer.


MISTAKES = [
    ("#steps", "0", "steps is '0'"),
    ("#steps", "many", "steps is 'many'"),
    ("#steps", "²", "steps is '²'"),
    ("#cold-start", "-1", "cold start is '-1'"),
    ("#others", "[b]nope[/]", "There is no task '[b]nope[/]'"),
    ("#others", "gym:[b]gcd[/]", "gym:[b]gcd[/] is a task of"),  # which is not installed
]


async def test_a_mistake_is_said_and_nothing_is_lost(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "reasoning_gym", None)
    async with opened(lab) as (app, pilot, _):
        await pilot.press("t")
        form = await dialog(app, pilot, RlForm)
        for field, typed, sentence in MISTAKES:
            line = form.query_one(field, Input)
            line.value = typed
            line.focus()
            await pilot.press("enter")
            await shows(app, pilot, sentence)
            assert line.value == typed
            line.value = ""
        assert not lab.runs.calls


async def test_tasks_of_others_are_looked_up_while_the_screen_lives(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = threading.Event()
    asked: list[str] = []

    def slowly(name: str) -> None:
        asked.append(name)
        assert found.wait(30)

    monkeypatch.setattr(rl_form, "task_named", slowly)
    async with opened(lab) as (app, pilot, _):
        for given_up in (True, False):
            await pilot.press("t")
            form = await dialog(app, pilot, RlForm)
            form.query_one("#others", Input).value = "gym:gcd"
            await pilot.press("enter")
            await shows(app, pilot, "looks up gym:gcd …")
            if given_up:
                await pilot.press("escape")
                await closed(app, pilot)
        assert asked == ["gym:gcd"] * 2
        assert not lab.runs.calls
        found.set()
        await until(pilot, lambda: lab.runs.calls, "started")
        await closed(app, pilot)
        assert len(lab.runs.calls) == 1, "what was given up has started as well"


async def test_no_task_at_all_is_a_mistake(lab: Lab) -> None:
    async with opened(lab) as (app, pilot, _):
        await pilot.press("t")
        form = await dialog(app, pilot, RlForm)
        form.query_one(f"#task-{FIRST_TASK}", Tick).toggle()
        await pilot.press("enter")
        await shows(app, pilot, "No task is chosen")
        await pilot.press("escape")
        await closed(app, pilot)
        assert not lab.runs.calls


async def test_a_training_that_runs_is_stopped_only_after_a_yes(lab: Lab) -> None:
    lab.runs.add("sft-0001", "running")
    async with opened(lab) as (app, pilot, _):
        await until(pilot, lambda: app.watch_runs.training, "the training is seen")
        await pilot.press("t")
        await dialog(app, pilot, RlForm)
        await pilot.press("enter")
        await dialog(app, pilot, Confirm)
        assert not lab.runs.calls
        await pilot.press("y")
        await until(pilot, lambda: len(lab.runs.calls) == 2, "stopped and started")
        assert [call[0] for call in lab.runs.calls] == ["stop", "start"]


# Steering


async def test_pause_resume_and_stop(lab: Lab) -> None:
    put(lab)
    async with opened(lab) as (app, pilot, _):
        await shows(app, pilot, "● step 3/40")
        await pilot.press("p")
        await shows(app, pilot, "‖ paused")
        await shows(app, pilot, "r goes on, x stops it")
        await pilot.press("r")
        await shows(app, pilot, "● step 3/40")
        await pilot.press("x")
        await dialog(app, pilot, Confirm)
        await pilot.press("y")
        await shows(app, pilot, "■ stopped")
        assert [call[0] for call in lab.runs.calls] == ["pause", "continue", "stop"]
        await pilot.press("r")
        await shows(app, pilot, "● step 3/40")
        assert lab.runs.calls[-1] == ("resume", "rl-0001")


@pytest.mark.parametrize(
    ("state", "keys"),
    [("running", "px"), ("paused", "rx"), ("stopped", "r"), ("failed", "r"), ("lost", "r"),
     ("done", "")],
)  # fmt: skip
async def test_only_keys_that_do_something_are_there(lab: Lab, state: str, keys: str) -> None:
    put(lab, state)
    async with opened(lab) as (_, pilot, pane):
        await until(pilot, lambda: pane.wall.attempts, "cards")
        actions = {"p": "pause", "r": "resume", "x": "halt"}
        assert "".join(k for k, name in actions.items() if pane.check_action(name, ())) == keys


async def test_the_palette_offers_what_would_do_something(lab: Lab) -> None:
    put(lab)
    async with opened(lab) as (app, pilot, pane):
        await until(pilot, lambda: pane.wall.attempts, "cards")
        names = [command.name for command in available(app)]
        for name in ("Train rl", "Runs of reinforcement learning ...", "Follow the newest step",
                     "Ask the problem before and after", "Pause rl-0001"):  # fmt: skip
            assert name in names
        assert len(names) == len(set(names))


# Before and after


def says(request: GenerateRequest) -> list[str]:
    return [" It", " is", " odd" if request.model == "nano/sft" else " even", "."]


async def test_the_problem_is_put_to_the_parent_and_to_the_latest_checkpoint(lab: Lab) -> None:
    put(lab)
    made = [("nano/base", "base"), ("nano/sft", "sft"), ("rl-0001", "rl")]
    lab.checkpoints = lambda: [checkpoint(*each) for each in made]
    lab.engine.script = says
    async with opened(lab) as (app, pilot, pane):
        await until(pilot, lambda: pane.wall.attempts, "cards")
        asked = len(lab.engine.requests)
        await pilot.press("b")
        await shows(app, pilot, "✗ 8 drawn · 0/8 right")
        await shows(app, pilot, "✓ 8 drawn · 8/8 right")
        for words in ("before  nano/sft", "after  rl-0001", "✗ greedy", "✓ greedy", "It is even."):
            await shows(app, pilot, words)
        new = lab.engine.requests[asked:]
        assert [(r.model, r.n, r.params.temperature) for r in new] == [
            ("nano/sft", 1, 0.0), ("nano/sft", 8, 1.0), ("rl-0001", 1, 0.0), ("rl-0001", 8, 1.0),
        ]  # fmt: skip
        assert new[0].messages is not None
        assert new[0].messages[0].content == "Is the number of ones in 1 0 1 0 even or odd?"
        await pilot.press("w", "b")
        await pilot.pause()
        assert len(lab.engine.requests) == asked + 4  # The same problem is not asked again,
        await pilot.press("a")
        await until(pilot, lambda: len(lab.engine.requests) == asked + 8, "asked again")
        assert "The wall shows another problem" not in screen_text(app)
        await pilot.press("full_stop")
        await shows(app, pilot, "The wall shows another problem: a asks it.")
        await shows(app, pilot, "1 0 1 0 even or odd?")


async def test_a_side_without_a_checkpoint_is_grey(lab: Lab) -> None:
    put(lab)
    async with opened(lab) as (app, pilot, pane):
        await until(pilot, lambda: pane.wall.attempts, "cards")
        await pilot.press("b")
        await shows(app, pilot, "○ the run has published no checkpoint yet")
        await until(pilot, lambda: not pane.asker.running, "the parent has answered")
        asked = pane.asker.asked
        assert asked is not None
        assert [side.state for side in asked.sides] == ["done", "missing"]


async def test_an_engine_that_refuses_is_a_sentence(lab: Lab) -> None:
    put(lab)
    async with opened(lab) as (app, pilot, pane):
        await until(pilot, lambda: pane.wall.attempts, "cards")
        lab.engine.refusals = {"nano/sft": RequestError("It [b]cannot[/]. Ask another.")}
        await pilot.press("b")
        await shows(app, pilot, "✗ It [b]cannot[/]. Ask another.")


async def test_a_task_of_another_version_is_asked_without_a_verdict(lab: Lab) -> None:
    run = put(lab)
    write_step(run.path, 3, [replace(group(), task="of_another_version")])
    async with opened(lab) as (app, pilot, pane):
        await until(pilot, lambda: pane.wall.attempts, "cards")
        await pilot.press("b")
        await shows(app, pilot, "8 drawn")
        assert "right ·" not in screen_text(app).partition("before  nano/sft")[2]


async def test_escape_stops_the_asking(lab: Lab) -> None:
    put(lab)
    async with opened(lab) as (app, pilot, pane):
        await until(pilot, lambda: pane.wall.attempts, "cards")
        lab.engine.hold = True
        await pilot.press("b")
        await shows(app, pilot, "is asked …")
        await pilot.press("escape")
        await shows(app, pilot, "✗ stopped")
        lab.engine.hold = False
        await pilot.press("escape")
        await until(pilot, lambda: pane.view == "wall", "back")


async def test_another_run_begins_without_the_answers_of_the_last_one(lab: Lab) -> None:
    put(lab, "done", name="rl-0001")
    put(lab, "done", name="rl-0002")
    async with opened(lab) as (app, pilot, pane):
        await until(pilot, lambda: pane.wall.attempts, "cards")
        await pilot.press("b")
        await shows(app, pilot, "8 drawn")
        await pilot.press("o", "down", "enter")
        await closed(app, pilot)
        await shows(app, pilot, "a asks the problem on the wall.")
        assert "8 drawn" not in screen_text(app)
