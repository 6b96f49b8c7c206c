"""The report for people: nothing that was measured or could not be is left out."""

from __future__ import annotations

from typing import Any

import pytest

from tui.cli.bench_report import print_decode

SAME = {"share": 1.0, "identical": True, "first_difference": None}
OTHER = {
    "share": 0.975,
    "identical": False,
    "first_difference": {"round": 0, "row": 2, "token": 5, "ours": 7, "theirs": 8},
}


def about(note: str = "") -> dict[str, Any]:
    return {"version": "lib 1.2", "note": note, "weight_bytes": 538_000_000, "load_s": 1.0,
            "load_peak_bytes": None}  # fmt: skip


def figures(**more: Any) -> dict[str, Any]:
    return {"tokens_per_s": 1234.5, "after_first_per_s": 1300.0, "first_token_s": 0.0123,
            "peak_bytes": 900_000_000, **more}  # fmt: skip


def report(**sections: Any) -> dict[str, Any]:
    return {
        "checkpoint": "smol\x1b[31m", "n_params": 134_515_008, "threads": 2, "processor": "Xeon",
        "load_average": 0.1, "n_prompt": 16, "n_new": 32,
        "unavailable": {"llama.cpp@f32": "not \x1b[0minstalled"},
        "contenders": {"ours@fp32": about("compiled C"), "transformers@fp32": about()},
        **sections,
    }  # fmt: skip


def shown(capsys: pytest.CaptureFixture[str], **sections: Any) -> str:
    print_decode(report(**sections))
    return capsys.readouterr().out


def batch(**changes: Any) -> dict[str, Any]:
    return {
        "batch": 1,
        "rounds": 3,
        "contenders": {
            "ours@fp32": figures(share_of_ceiling=0.78, ceiling_per_s=33.1),
            "transformers@fp32": figures(peak_bytes=None),
        },
        "times_faster": {"ours@fp32": {"transformers@fp32": 1.42}},
        "same_tokens": {"transformers@fp32": SAME},
        **changes,
    }


def test_figures_ratios_and_units_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    out = shown(capsys, batches=[batch()])
    for text in ("134.5 M", "538.0 MB of weights", "compiled C", "tokens/s", "1,234", "12.3",
                 "78% of 33/s", "1.42", "all tokens equal", "3 at batch 1"):  # fmt: skip
        assert text in out, text
    assert "n/a: not" in out
    assert next(line for line in out.splitlines() if "  transformers@fp32" in line)
    assert "n/a\n" in out, "a peak that the system does not tell"
    assert "\x1b" not in out


def test_tokens_that_differ_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    out = shown(capsys, batches=[batch(same_tokens={"transformers@fp32": OTHER})])
    assert "97.50% of tokens equal" in out
    assert "round 1, row 3, token 6: 7 and 8" in out
    assert "all tokens equal" not in out


def test_tokens_that_were_not_compared_are_not_passed_over(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert "same tokens: n/a" in shown(capsys, batches=[batch(same_tokens={})])


@pytest.mark.parametrize(("load", "warned"), [(4.5, True), (0.1, False), (None, False)])
def test_a_busy_machine_is_said(
    load: float | None, warned: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ("other work was running" in shown(capsys, load_average=load)) is warned


def test_with_nobody_to_compare_with_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    alone = batch(contenders={"ours@fp32": figures()}, times_faster={"ours@fp32": {}})
    assert "nobody to compare with" in shown(capsys, batches=[alone])


def test_what_was_left_out_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    out = shown(capsys, ragged={"left_out": "it takes many minutes"})
    assert "ragged: left out: it takes many minutes" in out


def test_other_sections(capsys: pytest.CaptureFixture[str]) -> None:
    out = shown(
        capsys,
        quality={
            "text_bytes": 7193,
            "fp32_bits_per_byte": 0.2061,
            "rounded": {"int8": {"bits_per_byte": 0.2063, "loss": 0.00097}},
        },
        ragged={
            "prompts": 16, "samples": 16, "mean_length": 68.1, "longest_length": 256, "rounds": 1,
            "padding": 3.77, "times_faster": {"transformers@fp32": 8.2},
            "contenders": {"ours@fp32": {"seconds": 1.5, "tokens_per_s": 11600.0,
                                         "peak_bytes": 439_000_000}},
        },
        arrivals={
            "contender": "ours@fp32", "requests": 64, "mean_length": 129.0, "longest_length": 448,
            "rounds": 2, "window_s": 5.0, "batch_s": 20.0, "arriving_s": 24.0, "ratio": 1.2,
            "first_token_p50_s": 0.25, "first_token_p95_s": 0.75,
        },
        speculate={
            "contender": "ours@fp32", "guesses": 8, "prompts": 4, "n_new": 64,
            "kinds": {"copying": {"rounds": 2, "plain_per_s": 30.0, "guessing_per_s": 75.0,
                                  "times_faster": 2.5, "same_tokens": OTHER}},
        },
        prefix={
            "contender": "ours@fp32", "turn": 5, "prompt_tokens": 404, "rounds": 2,
            "with_reuse": {"tokens_read": 65, "first_token_s": 0.0134},
            "without": {"tokens_read": 404, "first_token_s": 0.2993},
            "times_faster": 24.36, "same_tokens": SAME,
        },
    )  # fmt: skip
    for text in ("int8: 0.2063 bits/byte (+0.097%)", "8.20 times transformers@fp32", "3.77",
                 "11,600 wanted tokens/s", "1.20 times as long", "over 5.00 s", "750 ms",
                 "30 tokens/s without, 75 with: 2.50 times (2 rounds)", "97.50%", "65 tokens read",
                 "24.36 times"):  # fmt: skip
        assert text in out, text
