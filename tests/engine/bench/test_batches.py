from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from scripted_contenders import (
    InProcess,
    Scripted,
    Seconds,
    SteadyMemory,
    in_process,
    say_nothing,
)

from engine.bench.batches import run_batches
from engine.bench.plan import Plan

PLAN = Plan(
    sections=("batches",), left_out={}, precisions=("fp32",), batch_sizes=(1, 4), n_prompt=3,
    n_new=10, batch_rounds=(3, 60.0), section_rounds=(1, 60.0), arriving_length=8, is_small=True,
)  # fmt: skip


def measure(contenders: dict[str, Scripted]) -> list[dict[str, Any]]:
    chosen = [in_process(name, each) for name, each in contenders.items()]
    memory: Any = InProcess(SteadyMemory())
    return run_batches(chosen, memory, 50, PLAN, say_nothing)


def steady(seconds: float) -> Seconds:
    return lambda _: seconds


def test_all_get_the_same_prompts_and_new_ones_each_round() -> None:
    ours, theirs = Scripted(steady(1.0)), Scripted(steady(2.0))
    report = measure({"ours@fp32": ours, "transformers@fp32": theirs})
    assert [batch["batch"] for batch in report] == [1, 4]
    assert ours.asked == theirs.asked
    assert len(ours.asked) == 2 * (1 + 3)
    seen = [str(asked["prompts"]) for asked in ours.asked]
    assert len(set(seen)) == len(seen), "a prompt came twice: ours may remember it"
    for asked in ours.asked:
        assert asked["lengths"] == [10] * len(asked["prompts"])
        assert all(len(p) == 3 and max(p) < 50 for p in asked["prompts"])


def test_ratios_come_from_what_ran() -> None:
    # The first turn of each size warms up: were it counted, no figure below would hold.
    slow_first = {0: 100.0, 4: 100.0}
    ours = Scripted(lambda i: slow_first.get(i, [1.0, 1.0, 4.0, 1.0][i % 4]))
    theirs = Scripted(lambda i: slow_first.get(i, [1.0, 3.0, 12.0, 3.0][i % 4]))
    for batch in measure({"ours@fp32": ours, "uncached@fp32": theirs}):
        assert batch["rounds"] == 3
        assert batch["times_faster"] == {"ours@fp32": {"uncached@fp32": 3.0}}
        mine = batch["contenders"]["ours@fp32"]
        assert mine["tokens_per_s"] == batch["batch"] * 10
        # A quarter of the time went by before the first token; nine came after it.
        assert mine["after_first_per_s"] == batch["batch"] * 12
        assert mine["first_token_s"] == 0.25
        assert mine["peak_bytes"] == 1003 + 4 * (batch["batch"] == 4)


def test_the_ceiling_is_bandwidth_over_weights_and_for_one_row_only() -> None:
    one, four = measure({"ours@fp32": Scripted(steady(3.0))})
    figures = one["contenders"]["ours@fp32"]
    assert figures["ceiling_per_s"] == 5.0  # 5,000 bytes a second, 1,000 bytes of weights
    assert figures["share_of_ceiling"] == 0.8  # 9 tokens in 2.25 s
    assert "share_of_ceiling" not in four["contenders"]["ours@fp32"]


def test_other_tokens_are_reported() -> None:
    wrong = Scripted(steady(1.0), lambda row, token: 8 if (row, token) == (2, 5) else 7)
    right = Scripted(steady(1.0))
    one, four = measure(
        {"ours@fp32": Scripted(steady(1.0)), "transformers@fp32": wrong, "llama.cpp@f32": right}
    )
    assert one["same_tokens"]["transformers@fp32"]["identical"]
    assert four["same_tokens"]["llama.cpp@f32"]["identical"]
    assert four["same_tokens"]["transformers@fp32"] == {
        "share": 0.975,
        "identical": False,
        "first_difference": {"round": 0, "row": 2, "token": 5, "ours": 7, "theirs": 8},
    }


def test_rounded_weights_are_not_held_against_exact_ones() -> None:
    other = Scripted(steady(1.0), lambda *_: 8)
    exact = Scripted(steady(1.0))
    for contenders in (
        {"ours@int8": other, "transformers@fp32": exact},
        {"ours@fp32": exact, "llama.cpp@q8_0": other, "llama.cpp@f16": other},
    ):
        assert [batch["same_tokens"] for batch in measure(contenders)] == [{}, {}]


def test_time_that_is_up_leaves_one_round_at_least() -> None:
    hurried: Any = InProcess(SteadyMemory())
    plan = replace(PLAN, batch_rounds=(3, 0.0))
    chosen = [in_process("ours@fp32", Scripted(steady(1.0)))]
    report = run_batches(chosen, hurried, 50, plan, say_nothing)
    assert [batch["rounds"] for batch in report] == [1, 1]


@pytest.mark.parametrize("peer", ["transformers@fp32", "uncached@fp32", "llama.cpp@q8_0"])
def test_each_of_ours_is_set_beside_each_other_one(peer: str) -> None:
    report = measure(
        {
            "ours@fp32": Scripted(steady(2.0)),
            "ours@int8": Scripted(steady(1.0)),
            peer: Scripted(steady(4.0)),
        }
    )
    assert report[0]["times_faster"] == {"ours@fp32": {peer: 2.0}, "ours@int8": {peer: 4.0}}
