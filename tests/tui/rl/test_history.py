"""Figures as they come, also of a run that is resumed or whose file somebody touched."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.tui.reinforcing import events, figures, held_out
from tui.rl.figures_text import held_out_table, step_figures
from tui.rl.history import RlHistory


def taken(*found: dict[str, Any]) -> RlHistory:
    made = RlHistory()
    made.take(found)
    return made


def test_series_are_by_step() -> None:
    made = taken(*events(20))
    assert [step for step, _ in made.series("reward")] == list(range(1, 21))
    assert [step for step, _ in made.held_out("pass_at_1")] == [0, 10, 20]
    assert made.k == 8


def test_a_resumed_run_takes_back_what_it_does_again() -> None:
    made = taken(*events(20))
    made.take([figures(15, reward=9.0)])
    assert made.series("reward")[-2:] == [(14, pytest.approx(0.78)), (15, 9.0)]
    assert [step for step, _ in made.held_out("pass_at_1")] == [0, 10]
    made.take(events(20))  # All of it once more, as from a file that was replaced.
    assert [step for step, _ in made.series("reward")] == list(range(1, 21))
    assert [step for step, _ in made.held_out("pass_at_1")] == [0, 10, 20]


def test_the_mean_is_over_tasks_that_have_a_number() -> None:
    event = held_out(0, 0.5)
    event["tasks"] |= {"sorting": {"pass_at_1": 1.0, "k": 4}, "broken": {}, "worse": 3}
    made = taken(event)
    assert made.held_out("pass_at_1") == [(0, 0.75)]
    assert made.held_out("pass_at_k") == [(0, 0.6)]


@pytest.mark.parametrize(
    "event",
    [
        {"type": "rl"},
        {"type": "rl", "step": "3"},
        {"type": "rl", "step": None},
        {"type": "rl", "step": True},
        {"type": "rl_eval", "step": 3},
        {"type": "rl_eval", "step": 3, "tasks": []},
        {"type": "step", "step": 3},
        {"step": 3},
    ],
)
def test_what_is_no_event_of_ours_is_left_out(event: dict[str, Any]) -> None:
    made = RlHistory()
    assert not made.take([event])
    assert not made.steps
    assert not made.evals


@pytest.mark.parametrize("value", [None, "1", math.nan, math.inf, True, [1], 10**400])
def test_what_is_no_number_is_no_point(value: Any) -> None:
    made = taken(figures(1), figures(2, reward=value, reward_parts={"correct": value}))
    assert made.series("reward") == [(1, pytest.approx(0.52))]
    assert made.steps[-1].parts == {}


def test_tables_of_an_empty_history_say_what_they_wait_for() -> None:
    assert "end of the first step of attempts" in step_figures(RlHistory()).plain
    assert "before the first step" in held_out_table(RlHistory()).plain


def test_the_tables_stand_in_columns() -> None:
    made = taken(*events(20))
    words = step_figures(made).plain
    assert "step 1" in words.split("\n")[0]
    for name, now in (("reward", "0.9"), ("zero variance", "0.25"), ("· format", "0.1")):
        assert any(line.startswith(name) and now in line for line in words.split("\n"))
    assert "rollouts       3.1 s · 1.20 k tok/s" in words
    head, line = held_out_table(made).plain.split("\n")
    assert "pass@1" in head
    assert "pass@8" in head
    assert line.split() == ["parity", "0.42→0.75", "0.52→0.85", "20→20", "64"]


def test_a_task_that_came_later_has_no_before() -> None:
    made = taken(held_out(0, 0.5), held_out(10, 0.75, task="[b]sorting[/]"))
    assert "[b]sorting[/]   " in held_out_table(made).plain
    assert "—→0.75" in held_out_table(made).plain


def test_figures_of_a_step_that_lacks_everything() -> None:
    made = taken({"type": "rl", "step": 1}, {"type": "rl", "step": 2, "rollout_s": -3.0})
    assert "rollouts" in step_figures(made).plain
