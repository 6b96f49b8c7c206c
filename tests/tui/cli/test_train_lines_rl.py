from __future__ import annotations

from typing import Any

import pytest

from tui.cli.train_lines import TrainLines

STEP = {"type": "step", "step": 3, "loss": 0.5, "tokens": 900, "tokens_per_s": 300.0}
RL = {
    "type": "rl", "step": 3, "reward": 0.75, "pass_at_1": 0.7, "length": 12.25, "entropy": 0.4,
    "kl": 0.01, "zero_variance": 0.25, "rollout_s": 1.5, "train_s": 2.5,
}  # fmt: skip
MEASURED = {
    "type": "rl_eval",
    "step": 10,
    "tasks": {
        "par\x1bity": {"pass_at_1": 0.5, "pass_at_k": 0.9, "k": 4, "length": 5.6, "n": 64},
        "sorting": {"pass_at_1": 0.1, "pass_at_k": 0.2, "k": 4, "length": 9.0, "n": 64},
    },
}


def lines_of(*events: dict[str, Any], total: int = 60) -> list[str]:
    lines = TrainLines()
    return [line for event in events for line in lines.of(event, total)]


def test_a_step_of_rl_is_said_once_with_what_it_drew() -> None:
    (line,) = lines_of(RL, STEP)
    assert line == (
        "step     3/60  reward 0.750  right 0.700  12.2 tokens  entropy 0.400  KL 0.0100  "
        "all equal 0.25  drawn in 1.5 s, learned in 2.5 s"
    )


def test_what_was_measured_is_said_by_task() -> None:
    (line,) = lines_of(MEASURED)
    assert line == (
        "held out at step 10: par\\x1bity 0.500 (best of 4: 0.900), 5.6 tokens; "
        "sorting 0.100 (best of 4: 0.200), 9.0 tokens"
    )


def test_a_loss_that_is_no_text_s_has_no_bits() -> None:
    (line,) = lines_of(STEP)
    assert "bits" not in line
    assert "loss 0.5000" in line


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (STEP, "left 0:57"),
        ({**STEP, "cold_start": 20}, "left 0:17 of the cold start"),
        ({**STEP, "cold_start": 3}, "left 0:00 of the cold start"),
    ],
)
def test_time_is_left_of_what_the_pace_is_of(event: dict[str, Any], said: str) -> None:
    (line,) = lines_of(event)
    assert line.endswith(f"  {said}")
