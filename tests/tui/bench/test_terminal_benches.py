"""The benches of the terminal run, in small, against a real pseudo-terminal."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from engine.vocab.find import find_tokenizer, is_small
from tui.bench import everywhere, large_vocabulary, scroll, tui
from tui.bench.memory import run_memory_bench

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks /proc for memory")


def test_memory_of_a_few_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(everywhere, "_SETTLES_S", 0.2)
    told: list[str] = []
    by_name = {place.name: place for place in everywhere.PLACES}
    places = [by_name["data: funnel"], by_name["runs"], by_name["compare"]]
    figures = run_memory_bench(
        told.append, tokens=4000, tokens_per_s=20_000, real_s=0.1, places=places
    )
    behind = figures["behind_mb"]
    assert list(behind) == ["four columns", *(place.name for place in places)]
    assert 20 < behind["four columns"] < behind["compare"] <= figures["at_most_mb"]
    assert figures["within_limit"] == (figures["at_most_mb"] <= figures["limit_mb"])


def test_frames_of_a_short_conversation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scroll, "SECONDS", 0.3)
    figures = scroll.run_scroll_bench(messages=300)
    assert figures["messages"] == 300
    assert set(figures["fps"]) == {"page_up", "page_down", "wheel_up", "wheel_down"}
    assert figures["least_fps"] > 0
    assert figures["open_ms"] > 0


def test_keys_in_prompt_and_pad(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tui, "PAD_CHARACTERS", 3000)
    figures = tui.run_tui_bench(presses=3)
    for part in (figures, figures["pad"]):
        assert 0 < part["p50_ms"] <= part["max_ms"]
        assert 0 <= part["within_50_ms"] <= 1


def test_the_vocabulary_that_is_opened_for_its_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(large_vocabulary, "N_ENTRIES", 66_000)
    monkeypatch.setenv("LLMLAB_HOME", str(tmp_path))
    large_vocabulary.write_large_vocabulary(tmp_path)
    name = large_vocabulary.LARGE_VOCABULARY
    assert find_tokenizer(name).tokenizer.n_vocab == 66_000
    assert not is_small(name)
