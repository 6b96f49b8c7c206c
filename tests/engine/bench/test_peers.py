"""The contenders themselves on a small checkpoint, in this process."""

from __future__ import annotations

import importlib.util
import math
import os
import sys
from pathlib import Path

import pytest

from engine.bench.bandwidth import Bandwidth
from engine.bench.child import Child, UnavailableError
from engine.bench.gguf_writer import GgufWriter
from engine.bench.llama import LlamaPeer
from engine.bench.ours import Ours
from engine.bench.peer import TransformersPeer
from engine.bench.turn import Turn
from engine.bench.uncached import STEPS, Uncached

PROMPTS = [[5, 6, 7, 8], [9, 10, 11, 12], [300, 3, 200, 1]]


@pytest.fixture
def ours(pico_base: Path) -> Ours:
    return Ours(f"{pico_base}@fp32")


def check(turn: Turn, lengths: list[int]) -> None:
    assert turn["ids"] is not None
    assert [len(ids) for ids in turn["ids"]] == lengths
    assert len(turn["first_s"]) == len(lengths)
    assert all(0 < first <= turn["seconds"] for first in turn["first_s"])
    if sys.platform == "linux":
        assert turn["peak_bytes"] is not None
        assert turn["peak_bytes"] > 30_000_000


def test_ours_answers_to_the_asked_length_and_says_what_it_read(ours: Ours) -> None:
    lengths = [6, 2, 9]
    turn = ours.decode(PROMPTS, lengths)
    check(turn, lengths)
    assert turn["n_read"] == sum(map(len, PROMPTS))
    about, shape = ours.about(), ours.shape()
    assert about["weight_bytes"] == 4 * shape["n_params"]
    # A prompt that goes on from what was said is read from there on only.
    assert turn["ids"] is not None
    more = ours.decode([PROMPTS[0] + turn["ids"][0] + [9, 9]], [2])
    assert 0 < more["n_read"] < len(PROMPTS[0]) + 6
    ours.forget()
    again = ours.decode([PROMPTS[0] + turn["ids"][0] + [9, 9]], [2])
    assert again["n_read"] == len(PROMPTS[0]) + 8
    assert again["ids"] == more["ids"]


def test_requests_that_arrive_later_answer_the_same(ours: Ours) -> None:
    lengths = [6, 6, 6]
    at_once = ours.decode(PROMPTS, lengths)
    ours.forget()
    apart = ours.decode(PROMPTS, lengths, at_s=[0.0, 0.1, 0.2])
    check(apart, lengths)
    assert apart["seconds"] >= 0.2
    assert apart["ids"] == at_once["ids"]


def test_sampling_and_guessing(ours: Ours) -> None:
    lengths = [12, 12, 12]
    greedy = ours.decode(PROMPTS, lengths)["ids"]
    assert ours.decode(PROMPTS, lengths, speculate=8)["ids"] == greedy
    assert ours.decode(PROMPTS, lengths, temperature=1.0)["ids"] != greedy


def test_rounded_weights_are_smaller_and_a_little_worse(
    pico_base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.bench.ours.PAGES", 6)
    contenders = [Ours(f"{pico_base}@{precision}") for precision in ("fp32", "bf16", "int4")]
    sizes = [each.about()["weight_bytes"] for each in contenders]
    assert sizes[0] == 2 * sizes[1] > 5 * sizes[2] / 2
    scores = [each.bits_per_byte() for each in contenders]
    assert len({score["text_bytes"] for score in scores}) == 1
    exact, _, int4 = (score["bits_per_byte"] for score in scores)
    assert 0.1 < exact < 8
    assert exact < int4 < 1.5 * exact


def test_transformers_draws_the_same_tokens(ours: Ours, pico_base: Path) -> None:
    peer = TransformersPeer(str(pico_base))
    lengths = [7, 7, 7]
    turn = peer.decode(PROMPTS, lengths)
    check(turn, lengths)
    assert turn["ids"] == ours.decode(PROMPTS, lengths)["ids"]
    assert peer.about()["weight_bytes"] == pytest.approx(ours.about()["weight_bytes"], rel=0.01)


def test_transformers_pads_uneven_rows_on_the_left(ours: Ours, pico_base: Path) -> None:
    prompts, lengths = [[5, 6, 7, 8, 9], [10, 11], [3, 3, 3]], [3, 8, 5]
    turn = TransformersPeer(str(pico_base)).decode(prompts, lengths)
    check(turn, lengths)
    assert turn["ids"] == ours.decode(prompts, lengths)["ids"]


def test_without_transformers_it_says_so(monkeypatch: pytest.MonkeyPatch, pico_base: Path) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(UnavailableError, match="transformers is not installed"):
        TransformersPeer(str(pico_base))


def test_the_loop_without_a_cache_is_reckoned_from_some_steps(pico_base: Path) -> None:
    turn = Uncached(f"{pico_base}@fp32").decode(PROMPTS, [40, 40, 40])
    assert turn["ids"] is None
    # Five times as many tokens as steps: about five times the time of the steps that were run.
    assert turn["seconds"] > 40 / STEPS * turn["first_s"][0] / 4


@pytest.mark.parametrize("n_bytes", [8, 5000, 4_000_000])
def test_bandwidth_is_a_plausible_number(n_bytes: int) -> None:
    speed = Bandwidth(4_000_000).bytes_per_s(n_bytes)
    assert math.isfinite(speed)
    assert 1e5 < speed < 1e13


def test_without_llama_cpp_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "llama_cpp", None)
    with pytest.raises(UnavailableError, match="LLMLAB_BENCH_LLAMA_PYTHON"):
        LlamaPeer(threads=1)


def test_llama_cpp_draws_the_same_tokens(ours: Ours, pico_base: Path, tmp_path: Path) -> None:
    python = os.environ.get("LLMLAB_BENCH_LLAMA_PYTHON")
    if python is None and importlib.util.find_spec("llama_cpp") is None:
        pytest.skip("llama-cpp-python is not installed, nor named by LLMLAB_BENCH_LLAMA_PYTHON")
    GgufWriter(str(pico_base)).write(str(tmp_path / "stored.gguf"))
    child = Child("engine.bench.llama", python=python or sys.executable, threads=1)
    try:
        child.ask("load", threads=1)
        child.ask("open", file=str(tmp_path / "stored.gguf"), form="f32", tied=True)
        lengths = [7, 7, 7]
        for _ in range(2):  # what the first turn left behind must not be seen by the second
            turn = child.ask("decode", prompts=PROMPTS, lengths=lengths)
            check(turn, lengths)
            assert turn["ids"] == ours.decode(PROMPTS, lengths)["ids"]
        weight_bytes = child.ask("about")["weight_bytes"]
        assert weight_bytes == pytest.approx(ours.about()["weight_bytes"], rel=0.01)
    finally:
        child.close()
