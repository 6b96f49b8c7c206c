"""What the RL pane opens with, its wall, and the replay of steps."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.pilot import Pilot

from engine.files import write_atomic
from engine.rl.reader import rollouts_path
from tests.tui.conftest import Lab, closed, dialog, screen_text, shows, until
from tests.tui.reinforcing import (
    attempt,
    figures,
    group,
    held_out,
    opened,
    put,
    write_events,
    write_step,
)
from tui.panes.rl import RlPane
from tui.screens.listed import ListedDialog
from tui.screens.rl_attempt import RlAttempt
from tui.widgets.curve import Curve
from tui.widgets.rl_wall import RlWall


async def has_cards(pilot: Pilot[None], pane: RlPane) -> None:
    await until(pilot, lambda: pane.wall.attempts, "cards")


# What it opens with


async def test_it_opens_with_the_newest_step_of_the_newest_run(lab: Lab) -> None:
    put(lab, "done", name="rl-0001")
    put(lab, name="rl-0002", steps=5)
    async with opened(lab, (160, 48)) as (app, pilot, _):
        for words in (
            "rl-0002 · parity, sorting · dr_grpo · 16 x 16 · from nano/sft · ● step 5/40",
            "‹ step 5 › ● live", "‹ problem 1/4 ›", "9/16 right", "answer even",
            "Is the number of ones in 1 0 1 0 even or odd?", " 1 ✓ +0.87 ", " 16 ✗ −1.15 ",
            "correct 1 · format 0.1", "13 tok", "held out", "zero variance", "likelier",
        ):  # fmt: skip
            await shows(app, pilot, words)


async def test_without_any_run_it_says_how_to_begin(lab: Lab) -> None:
    async with opened(lab, (80, 24)) as (app, pilot, _):
        await shows(app, pilot, "t starts a run")
        await shows(app, pilot, "llmlab train rl --task parity")
        await pilot.press("right_square_bracket", "full_stop", "l", "enter", "b", "c", "w")
        await shows(app, pilot, "t starts a run")
        assert "r resume" not in screen_text(app)


@pytest.mark.parametrize("size", [(80, 24), (60, 16), (160, 48)])
async def test_all_views_fit(lab: Lab, size: tuple[int, int]) -> None:
    put(lab)
    async with opened(lab, size) as (app, pilot, pane):
        await has_cards(pilot, pane)
        for key, words in (("", "✓ +0.87"), ("c", "right  ━━"), ("b", "before"), ("w", "✓ +0.87")):
            if key:
                await pilot.press(key)
            await shows(app, pilot, words)
            lines = screen_text(app).split("\n")
            assert len(lines) == size[1]
            assert "w wall" in lines[2]
            assert "step 3/40" in lines[1]
        await pilot.press("c", "escape")
        await until(pilot, lambda: pane.view == "wall" and pane.wall.has_focus, "the wall")


async def test_a_run_without_rollouts_says_so(lab: Lab) -> None:
    put(lab, "done", steps=0)
    async with opened(lab) as (app, pilot, _):
        await shows(app, pilot, "This run has left no attempts on disk.")
    lab.runs.statuses[0] = replace(lab.runs.statuses[0], state="running")
    async with opened(lab) as (app, pilot, _):
        await shows(app, pilot, "The first step's attempts come with its end.")


@pytest.mark.parametrize("content", [b"", b'{"step": 3, "gro', b"[]", b'{"groups": [{}]}', b"\xff"])
async def test_garbled_rollouts_are_a_sentence(lab: Lab, content: bytes) -> None:
    run = put(lab)
    write_atomic(rollouts_path(run.path, 3), content)
    async with opened(lab, (160, 48)) as (app, pilot, pane):
        await shows(app, pilot, str(run.path)[:20])  # a long path is broken somewhere behind
        assert "✗" in screen_text(app)
        shown = pane.watch_rl.shown
        assert shown is not None
        assert "step-0000003.json" in shown.problem
        assert "✓ +" not in screen_text(app)
        await pilot.press("left_square_bracket")
        await shows(app, pilot, "‹ step 2 ›")
        await shows(app, pilot, "✓ +0.87")
        await pilot.press("l")
        await until(pilot, lambda: not pane.wall.attempts, "no cards")
        write_step(run.path, 3, [group(7)])
        await has_cards(pilot, pane)
        await shows(app, pilot, "1 0 1 7 even")


async def test_a_step_without_problems_and_a_problem_without_attempts(lab: Lab) -> None:
    run = put(lab)
    write_step(run.path, 2, [])
    write_step(run.path, 3, [group(of=0)])
    async with opened(lab) as (app, pilot, _):
        await shows(app, pilot, "There was no attempt at this problem.")
        await pilot.press("enter", "right", "end", "left_square_bracket")
        await shows(app, pilot, "Step 2 has no problem.")
        await shows(app, pilot, "no problem ›")


async def test_a_recipe_that_cannot_be_read_costs_only_the_plan(lab: Lab) -> None:
    run = put(lab)
    (run.path / "recipe.json").write_text("{")
    async with opened(lab) as (app, pilot, pane):
        await shows(app, pilot, "✓ +0.87")
        await shows(app, pilot, str(run.path)[:20])
        shown = pane.watch_rl.shown
        assert shown is not None
        assert "recipe.json is not valid JSON" in shown.plan_problem


# Live


async def test_new_steps_are_followed(lab: Lab) -> None:
    run = put(lab)
    async with opened(lab) as (app, pilot, pane):
        await has_cards(pilot, pane)
        write_step(run.path, 4, [group(8)])
        await shows(app, pilot, "‹ step 4 › ● live")
        await shows(app, pilot, "1 0 1 8 even")
        await pilot.press("left_square_bracket")
        await shows(app, pilot, "‹ step 3 › l latest")
        write_step(run.path, 5, [group(9)])
        write_events(run.path, [figures(5, entropy=0.123)])
        shown = pane.watch_rl.shown
        assert shown is not None
        await until(pilot, lambda: shown.steps[-1] == 5, "the step is seen")
        assert "‹ step 3 ›" in screen_text(app)
        await pilot.press("l")
        await shows(app, pilot, "1 0 1 9 even")
        assert shown.follows
        await pilot.press("c")
        await shows(app, pilot, "0.123")


async def test_a_step_that_was_dropped_stays_and_one_that_was_taken_back_goes(lab: Lab) -> None:
    run = put(lab)
    async with opened(lab) as (app, pilot, pane):
        await has_cards(pilot, pane)
        await pilot.press("left_square_bracket", "right_square_bracket", "left_square_bracket")
        await shows(app, pilot, "‹ step 2 ›")
        rollouts_path(run.path, 2).unlink()
        await shows(app, pilot, "step 2 is not on disk any more: of a run's older steps every 10th")
        assert pane.wall.attempts
        assert "‹ step 2 ›" in screen_text(app)
        rollouts_path(run.path, 3).unlink()
        await shows(app, pilot, "‹ step 1 ›")
        assert "not on disk" not in screen_text(app)


# Problems and cards


async def test_nothing_to_learn_from_a_group_whose_attempts_were_all_the_same(lab: Lab) -> None:
    put(lab)
    async with opened(lab, (80, 24)) as (app, pilot, pane):
        await has_cards(pilot, pane)
        assert "nothing to learn" not in screen_text(app)
        await pilot.press("comma")
        await shows(app, pilot, "‹ problem 4/4 ›")
        await shows(
            app, pilot, "nothing to learn from this group: all attempts were worth the same"
        )
        await shows(app, pilot, "✗ 0/16 right")
        await pilot.press("full_stop")
        await shows(app, pilot, "‹ problem 1/4 ›")


async def test_where_the_update_was_not_measured_it_says_so(lab: Lab) -> None:
    run = put(lab)
    attempts = (attempt(logprobs_after=None), attempt(1, correct=False, logprobs_after=None))
    write_step(run.path, 3, [group(attempts=attempts)])
    async with opened(lab) as (app, pilot, _):
        await shows(app, pilot, "was not measured for this problem")


async def test_what_a_model_wrote_is_never_markup(lab: Lab) -> None:
    run = put(lab)
    odd = "[bold]x[/] [@click=app.quit]\x1b[2J"
    evil = attempt(
        ids=(1,), pieces=(odd,), drawn=(True,), logprobs=(-1.0,), logprobs_after=(-0.5,),
        rewards={"[red]part[/]": 1.0},
    )  # fmt: skip
    write_step(run.path, 3, [group(question=odd, answer="[/]", task="[i]", attempts=(evil,))])
    write_events(run.path, [held_out(3, 0.5, task="[/nope]")])
    async with opened(lab, (160, 48)) as (app, pilot, _):
        await shows(app, pilot, "┃ [bold]x[/] [@click=app.quit]␛[2J")
        for words in ("[red]part[/] 1", "[i]  answer [/]", "[/nope]"):
            await shows(app, pilot, words)
        await pilot.press("enter")
        await dialog(app, pilot, RlAttempt)
        await shows(app, pilot, "[bold]x[/] [@click=")


async def test_the_cursor_goes_over_the_cards_and_opens_one(lab: Lab) -> None:
    put(lab)
    async with opened(lab, (80, 24)) as (app, pilot, pane):
        await has_cards(pilot, pane)
        await until(pilot, lambda: pane.wall.has_focus, "the focus")
        await pilot.press("right", "down")
        assert pane.wall.card == 3
        await pilot.press("left", "left", "left", "left", "up")
        assert pane.wall.card == 0
        await pilot.press("end")
        await shows(app, pilot, "┏ 16 ✗ −1.15 ")
        await pilot.press("enter")
        await dialog(app, pilot, RlAttempt)
        for words in ("attempt 16/16", "✗ wrong · advantage −1.15 · reward 0.10",
                      "13 tokens drawn, 0 put there · ended by itself"):  # fmt: skip
            await shows(app, pilot, words)
        await pilot.press("right")
        await shows(app, pilot, "attempt 1/16")
        await pilot.press("left", "left")
        await shows(app, pilot, "attempt 15/16")
        await pilot.press("escape")
        await closed(app, pilot)
        await until(pilot, lambda: pane.wall.card == 14, "the card that was read")


async def test_the_mouse_chooses_and_opens_cards_and_turns_steps(lab: Lab) -> None:
    put(lab)
    async with opened(lab, (160, 48)) as (app, pilot, pane):
        await shows(app, pilot, " 5 ✓ +0.87")

        async def click(words: str, times: int = 1) -> None:
            await shows(app, pilot, words)
            lines = screen_text(app).split("\n")
            y = next(y for y, line in enumerate(lines) if words in line)
            await pilot.click(offset=(lines[y].index(words) + 1, y), times=times)

        await click(" 5 ✓ +0.87")
        await until(pilot, lambda: pane.wall.card == 4, "the card")
        lines = screen_text(app).split("\n")
        await pilot.click(offset=(lines[2].index("‹ step"), 2))
        await shows(app, pilot, "‹ step 2 ›")
        lines = screen_text(app).split("\n")
        await pilot.click(offset=(lines[2].index(" problem 1/4 ›") + 13, 2))
        await shows(app, pilot, "‹ problem 2/4 ›")
        await click("l latest")
        await shows(app, pilot, "● live")
        await click("c curves")
        await until(pilot, lambda: pane.view == "curves", "the curves")
        for plot in app.query(Curve):  # Each line is another one without colours, too.
            assert len({each.stroke for each in plot.series}) == len(plot.series) > 1
        await click("w wall")
        await click(" 6 ✓ +0.87", times=2)
        await dialog(app, pilot, RlAttempt)


# Runs


async def test_another_run_can_be_looked_at(lab: Lab) -> None:
    old = put(lab, "stopped", name="rl-0001", steps=2)
    write_step(old.path, 2, [group(5)])
    put(lab, "done", name="rl-0002")
    lab.runs.add("sft-0001", "done")
    async with opened(lab) as (app, pilot, pane):
        await has_cards(pilot, pane)
        await pilot.press("o")
        listed = await dialog(app, pilot, ListedDialog)
        assert [run.name for run in listed.listed][:2] == ["rl-0002", "rl-0001"]
        await pilot.press("down", "enter")
        await shows(app, pilot, "1 0 1 5 even")
        await shows(app, pilot, "■ stopped · step 2/40")
        await shows(app, pilot, "r goes on from where it stopped")


# The warning


async def gamed(lab: Lab, accuracy: float) -> str:
    run = put(lab, steps=0, reward="format")
    write_events(run.path, [held_out(0, 0.4)])
    for step in range(1, 31):
        parts = {"format": step / 30}
        write_events(run.path, [figures(step, reward=step / 30, reward_parts=parts)])
        if step % 10 == 0:
            write_events(run.path, [held_out(step, 0.4 + accuracy * step / 30, n=400)])
    async with opened(lab, (160, 48)) as (app, pilot, _):
        await shows(app, pilot, "reward format")
        await shows(app, pilot, "zero variance")
        return screen_text(app)


async def test_a_gamed_reward_is_told(lab: Lab) -> None:
    assert "! The reward is being gamed: mean reward 0.10 → 0.93" in await gamed(lab, 0.0)


async def test_a_reward_that_teaches_is_not(lab: Lab) -> None:
    assert "gamed:" not in await gamed(lab, 0.5)


# The frame


async def test_help_is_that_of_the_pane(lab: Lab) -> None:
    put(lab)
    async with opened(lab) as (app, pilot, pane):
        await until(pilot, lambda: pane.wall.has_focus, "the focus")
        await pilot.press("f1")
        await shows(app, pilot, "The wall")


def test_every_key_can_be_bound_anew() -> None:
    ids = [binding.id for owner in (RlPane, RlWall) for binding in owner.BINDINGS]
    assert None not in ids
    assert len(set(ids)) == len(ids)
