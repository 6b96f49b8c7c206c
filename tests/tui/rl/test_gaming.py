"""The warning: it fires when a reward is gamed, and not because of chance or slow learning."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from tests.tui.reinforcing import figures, held_out
from tui.rl.gaming import IN_A_ROW, WINDOW, gaming
from tui.rl.history import HeldOut, RlHistory

STEPS = 60


def history(
    reward: list[float],
    accuracy: list[float],
    *,
    n: int = 128,
    parts: dict[str, float] | None = None,
    train: list[float] | None = None,
) -> RlHistory:
    """Rewards of the steps, and accuracies at equal distances from before the first to the last."""
    made = RlHistory()
    every = len(reward) // (len(accuracy) - 1)
    made.take([held_out(0, accuracy[0], n)])
    for step, value in enumerate(reward, 1):
        share = train[step - 1] if train else 0.4
        made.take([figures(step, reward=value, pass_at_1=share, reward_parts=parts or {})])
        if step % every == 0:
            made.take([held_out(step, accuracy[step // every], n)])
    return made


def ramp(low: float, high: float, n: int = STEPS) -> list[float]:
    return [low + (high - low) * step / (n - 1) for step in range(n)]


def test_a_reward_that_rises_alone_is_gamed() -> None:
    gap = gaming(history(ramp(0.1, 1.0), [0.4, 0.4, 0.38, 0.41], parts={"format": 1.0}))
    assert gap is not None
    assert not gap.memorised
    assert gap.sentence == (
        "The reward is being gamed: mean reward 0.13 → 0.97, held-out exact accuracy 0.40 → 0.41 "
        "(step 60). It pays for something but right answers."
    )


def test_a_small_reward_is_measured_on_its_own_scale() -> None:
    small = history(ramp(0.02, 0.1), [0.4, 0.4, 0.4, 0.4], parts={"format": 0.1})
    assert gaming(small) is not None
    # With exact answers among the parts, a tenth is a tenth.
    exact = {"correct": 0.0, "format": 0.1}
    assert gaming(history(ramp(0.02, 0.1), [0.4] * 4, parts=exact)) is None


def test_held_out_answers_that_fall_while_the_reward_rises_a_little() -> None:
    parts = {"format": 1.0}
    assert gaming(history(ramp(0.9, 1.0), [0.8, 0.6, 0.5, 0.4], parts=parts)) is not None
    assert gaming(history([0.9] * STEPS, [0.8, 0.6, 0.5, 0.4], parts=parts)) is None


def test_right_answers_to_training_problems_alone_are_learned_by_heart() -> None:
    climb = ramp(0.1, 1.0)
    gap = gaming(history(climb, [0.1] * 4, train=climb, parts={"correct": 1.0}))
    assert gap is not None
    assert "learned by heart" in gap.sentence


@pytest.mark.parametrize(
    ("reward", "accuracy"),
    [
        (ramp(0.1, 1.0), [0.1, 0.4, 0.7, 0.95]),  # learns
        (ramp(0.1, 1.0), [0.1, 0.1, 0.2, 0.3]),  # lags behind, but rises
        (ramp(0.5, 0.5), [0.5, 0.5, 0.5, 0.5]),  # stands still
        (ramp(0.9, 0.1), [0.5, 0.4, 0.3, 0.2]),  # falls apart
        (ramp(0.1, 0.2), [0.1, 0.1, 0.1, 0.1]),  # too little to say
        (ramp(0.1, 1.0), [0.4, 0.4, 0.4, 0.9]),  # was behind at the last look only
        (ramp(0.1, 1.0), [0.4, 0.9, 0.9, 0.4]),  # one bad evaluation
    ],
)
def test_it_does_not_fire(reward: list[float], accuracy: list[float]) -> None:
    assert gaming(history(reward, accuracy, parts={"correct": 1.0})) is None


def test_few_problems_say_little() -> None:
    flat = [0.5, 0.5, 0.5, 0.5]
    parts = {"correct": 1.0}
    assert gaming(history(ramp(0.3, 0.7), flat, n=400, parts=parts)) is not None
    assert gaming(history(ramp(0.3, 0.7), flat, n=8, parts=parts)) is None


def test_what_a_cold_start_taught_is_not_the_reward_s_doing() -> None:
    gamed = history(ramp(0.1, 1.0), [0.4, 0.4, 0.38, 0.41])
    (task,) = gamed.evals[0].tasks
    gamed.evals.insert(0, HeldOut(-1, {task: replace(gamed.evals[0].tasks[task], pass_at_1=0.1)}))
    assert gaming(gamed) is not None, "as if the attempts had raised what is right"


def test_it_waits_for_enough_steps_and_evaluations() -> None:
    parts = {"format": 1.0}
    assert gaming(RlHistory()) is None
    assert gaming(history(ramp(0.1, 1.0), [0.4] * IN_A_ROW, parts=parts)) is None
    assert gaming(history(ramp(0.1, 1.0, WINDOW), [0.4] * (IN_A_ROW + 1), parts=parts)) is None


def test_a_true_reward_does_not_fire_by_chance() -> None:
    """Held-out shares are drawn from the true one, 64 problems each; the truth rises by 0.5."""
    rng = random.Random(3)
    fired = 0
    for _ in range(200):
        reward = [value + rng.gauss(0, 0.02) for value in ramp(0.3, 0.8)]
        truth = [0.3, 0.43, 0.55, 0.68, 0.8]
        shares = [sum(rng.random() < p for _ in range(64)) / 64 for p in truth]
        for seen in range(2, len(shares) + 1):
            part = reward[: (seen - 1) * (STEPS // 4)]
            made = history(part, shares[:seen], n=64, parts={"correct": 1.0})
            fired += gaming(made) is not None
    assert fired == 0


def test_events_that_lack_their_numbers_raise_no_alarm() -> None:
    made = RlHistory()
    made.take([{"type": "rl_eval", "step": 0, "tasks": {"parity": {}}}])
    for step in range(1, 40):
        made.take([{"type": "rl", "step": step}])
        made.take([{"type": "rl_eval", "step": step, "tasks": {"parity": {"pass_at_1": None}}}])
    assert gaming(made) is None


def test_only_tasks_that_were_tried_at_both_times_count() -> None:
    made = history(ramp(0.1, 1.0), [0.4] * 4, parts={"format": 1.0})
    made.evals[-1].tasks["another"] = made.evals[-1].tasks["parity"]
    assert gaming(made) is not None
    made.evals[0].tasks.clear()
    assert gaming(made) is None
