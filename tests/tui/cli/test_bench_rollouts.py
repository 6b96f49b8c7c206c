"""The report of ``bench rollouts`` for people."""

from __future__ import annotations

from typing import Any

import pytest

from tui.cli.bench_rollouts import print_rollouts

WAY = "transformers@fp32, 256 rows"


def shown(capsys: pytest.CaptureFixture[str], **changes: Any) -> str:
    about = {"version": "lib 1.2", "note": "", "weight_bytes": 9_400_000}
    print_rollouts({
        "checkpoint": "nano/sft", "n_params": 2_361_728, "threads": 2, "processor": "Xeon",
        "load_average": 0.1, "contenders": {"ours@fp32": about}, "unavailable": {},
        "task": "word_problems\x1b[31m", "algorithm": "grpo", "prompts": 16, "samples": 12,
        "temperature": 1.0, "max_tokens": 80, "rounds": 5,
        "rollouts": {
            "ours@fp32": {"seconds": 0.4012, "tokens_per_s": 21_512.0, "mean_length": 34.5},
            WAY: {"seconds": 4.25, "tokens_per_s": 2034.0, "mean_length": 34.1},
        },
        "times_faster": {WAY: 10.58}, "times_faster_than_quickest": 9.87,
        "same_length": {
            WAY: {"difference": 0.4, "standard_error": 0.31, "within_chance": True},
        },
        "step": {"rollout_s": 0.4012, "learn_s": 1.2, "rollout_share": 0.2506,
                 "learn_tokens_per_s": 15_012.0},
        "sampler_gap": 2.2e-7,
        **changes,
    })  # fmt: skip
    return capsys.readouterr().out


def test_all_figures_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    out = shown(capsys)
    for text in ("2.4 M", "16 problems x 12 attempts", "80 tokens", "5 rounds", "21,512", "2,034",
                 "10.58 times", "quicker way of each round: 9.87", "+0.40 tokens", "error 0.31",
                 "within chance", "0.40 s, learning 1.20 s", "15,012", "25% of it",
                 "2.2e-07 nats"):  # fmt: skip
        assert text in out, text
    assert "\x1b" not in out
    assert "NOT" not in out


def test_unlike_lengths_are_cried_out(capsys: pytest.CaptureFixture[str]) -> None:
    unlike = {"difference": -4.0, "standard_error": 0.3, "within_chance": False}
    assert "-4.00 tokens, standard error 0.30: NOT" in shown(capsys, same_length={WAY: unlike})


def test_without_a_peer_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    out = shown(
        capsys, rounds=1, times_faster={}, same_length={}, times_faster_than_quickest=None,
        rollouts={"ours@fp32": {"seconds": 0.4, "tokens_per_s": 21_512.0, "mean_length": 34.5}},
        unavailable={"transformers@fp32": "transformers is not installed"},
    )  # fmt: skip
    assert "transformers@fp32: n/a: transformers is not installed" in out
    assert "nobody to compare with" in out
    assert "1 round\n" in out


@pytest.mark.parametrize(("load", "warned"), [(2.3, True), (0.1, False), (None, False)])
def test_what_a_busy_machine_makes_of_ratios_is_said(
    load: float | None, warned: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ("measure again when it is quiet" in shown(capsys, load_average=load)) is warned
