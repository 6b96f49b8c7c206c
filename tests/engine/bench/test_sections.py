"""The sections beside ``batches``: on scripted contenders, where the right figures are known."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
from scripted_contenders import Scripted, in_process, say_nothing

from engine.bench.arrivals import run_arrivals
from engine.bench.ours import Ours
from engine.bench.prefix import run_prefix
from engine.bench.ragged import run_ragged
from engine.bench.speculate import run_speculate


def test_ragged_counts_wanted_tokens_only() -> None:
    ours, theirs = Scripted(lambda _: 2.0), Scripted(lambda _: 12.0)
    report = run_ragged(
        in_process("ours@fp32", ours), in_process("transformers@fp32", theirs),
        n_vocab=50, max_seq_len=512, rounds=(2, 60.0), say=say_nothing,
    )  # fmt: skip
    assert ours.asked == theirs.asked
    for asked in ours.asked[1:]:
        assert len(asked["prompts"]) == 256
        assert len({tuple(prompt) for prompt in asked["prompts"]}) == 16
        assert asked["temperature"] == 1.0
        assert asked["lengths"] == ours.asked[1]["lengths"]
        assert sum(asked["lengths"]) == report["n_tokens"]
    assert report["times_faster"] == {"transformers@fp32": 6.0}
    wanted = report["contenders"]["transformers@fp32"]["tokens_per_s"]
    assert wanted == pytest.approx(report["n_tokens"] / 12, rel=1e-3)
    assert report["padding"] == pytest.approx(256 * 256 / report["n_tokens"], rel=1e-3)


def test_ragged_without_transformers_has_no_ratio() -> None:
    report = run_ragged(
        in_process("ours@fp32", Scripted(lambda _: 2.0)), None,
        n_vocab=50, max_seq_len=512, rounds=(1, 60.0), say=say_nothing,
    )  # fmt: skip
    assert report["times_faster"] == {}
    assert set(report["contenders"]) == {"ours@fp32"}


@pytest.mark.parametrize(("batch_s", "window_s"), [(40.0, 5.0), (1.0, 0.3)])
def test_arrivals_are_held_against_the_batch_of_the_same_lengths(
    batch_s: float, window_s: float
) -> None:
    ours = Scripted(lambda i: [0.1, batch_s, 1.2 * batch_s][i if i < 2 else 2 - i % 2])
    report = run_arrivals(
        in_process("ours@fp32", ours),
        n_vocab=50, max_seq_len=512, median_length=96, rounds=(2, 60.0), say=say_nothing,
    )  # fmt: skip
    assert report["ratio"] == 1.2
    assert report["window_s"] == pytest.approx(window_s)
    _, batch, arriving, *more = ours.asked
    assert batch["lengths"] == arriving["lengths"]
    assert "at_s" not in batch
    assert arriving["at_s"][-1] == pytest.approx(window_s)
    assert len(more) == 2
    assert len({str(asked["prompts"]) for asked in ours.asked}) == 5, "a prompt came twice"


def test_speculation_that_changes_the_answer_is_found() -> None:
    class Changing(Scripted):
        def decode(self, prompts: Any, lengths: Any, **more: Any) -> Any:
            turn = super().decode(prompts, lengths, **more)
            if more.get("speculate"):
                turn["seconds"] /= 2
                turn["ids"][0][-1] += 1
            return turn

    report = run_speculate(
        in_process("ours@fp32", Changing(lambda _: 1.0)),
        max_seq_len=512, n_new=20, rounds=(2, 60.0), say=say_nothing,
    )  # fmt: skip
    for kind in ("copying", "writing"):
        figures = report["kinds"][kind]
        assert (figures["plain_per_s"], figures["guessing_per_s"]) == (20.0, 40.0)
        assert figures["times_faster"] == 2.0
        assert not figures["same_tokens"]["identical"]
        assert figures["same_tokens"]["share"] == 0.95


def test_a_fresh_engine_is_asked_the_fifth_turn_only() -> None:
    ours = Scripted(lambda i: 8.0 if i % 7 == 6 else 1.0)
    report = run_prefix(
        in_process("ours@fp32", ours),
        n_vocab=50,
        max_seq_len=256,
        rounds=(2, 60.0),
        say=say_nothing,
    )
    assert len(ours.asked) == 2 * 7
    *turns, forgot, fresh = ours.asked[:7]
    assert forgot == {}
    assert fresh["prompts"] == turns[-1]["prompts"]
    for before, after in itertools.pairwise(turns):
        (old,), (new,) = before["prompts"], after["prompts"]
        assert new[: len(old)] == old
    assert report["times_faster"] == 8.0
    assert report["same_tokens"]["identical"]
    assert report["prompt_tokens"] == len(fresh["prompts"][0]) <= 256


def test_all_sections_run_on_a_real_checkpoint(pico_base: Path) -> None:
    ours = in_process("ours@fp32", Ours(f"{pico_base}@fp32"))
    shape: dict[str, int] = ours.child.ask("shape")
    n_vocab, max_seq_len = shape["n_vocab"], shape["max_seq_len"]
    speculate = run_speculate(
        ours, max_seq_len=max_seq_len, n_new=16, rounds=(1, 60.0), say=say_nothing
    )
    assert all(figures["same_tokens"]["identical"] for figures in speculate["kinds"].values())
    prefix = run_prefix(
        ours, n_vocab=n_vocab, max_seq_len=max_seq_len, rounds=(1, 60.0), say=say_nothing
    )
    assert prefix["same_tokens"]["identical"]
    assert prefix["with_reuse"]["tokens_read"] < prefix["without"]["tokens_read"] / 3
    assert prefix["without"]["tokens_read"] == prefix["prompt_tokens"]
    arrivals = run_arrivals(
        ours,
        n_vocab=n_vocab,
        max_seq_len=max_seq_len,
        median_length=8,
        rounds=(1, 60.0),
        say=say_nothing,
    )
    assert arrivals["arriving_s"] >= arrivals["window_s"]
    assert arrivals["first_token_p95_s"] >= arrivals["first_token_p50_s"] > 0
