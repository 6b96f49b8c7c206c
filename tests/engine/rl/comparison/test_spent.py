from typing import Any

import pytest

from engine.rl.comparison.spent import Spent


def told(*attempts: int) -> list[dict[str, Any]]:
    return [
        {"type": "rl", "step": step, "n_attempts": n} for step, n in enumerate(attempts, start=1)
    ]


def spent(*events: dict[str, Any]) -> Spent:
    found = Spent()
    for event in events:
        found.hear(event)
    return found


def test_what_a_resumed_run_tells_again_counts_once() -> None:
    first, second, third = told(16, 24, 32)
    others = [{"type": "step", "step": 9, "n_attempts": 99}, {"type": "state", "state": "done"}]
    found = spent(first, second, others[0], first, {**second, "n_attempts": 20}, third, others[1])
    assert found.by_step == {1: 16, 2: 20, 3: 32}
    assert found.attempts == 68


@pytest.mark.parametrize(
    ("budget", "steps"),
    [(1, 1), (16, 1), (39, 1), (40, 2), (71, 2), (72, 3), (10_000, 3)],
)
def test_steps_that_a_budget_pays_for(budget: int, steps: int) -> None:
    assert spent(*told(16, 24, 32)).steps_within(budget) == steps


def test_steps_count_from_the_first_on_though_a_later_one_would_fit() -> None:
    assert spent(*told(16, 48, 16)).steps_within(32) == 1


def test_a_run_that_told_nothing() -> None:
    assert (spent().attempts, spent().steps_within(5)) == (0, 1)
