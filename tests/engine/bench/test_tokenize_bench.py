"""``llmlab bench tokenize``: who takes part, and what is said of them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.bench import tokenize as bench
from engine.bench.tokenize import STRETCHES, Counts, run_tokenize_bench
from engine.errors import LabError
from engine.manifest import find_checkpoint
from engine.vocab.incremental import LiveText
from engine.vocab.kinds import KINDS
from tui.cli.bench_tokenize import print_tokenize

FEW = Counts(rounds=2, edits=8, stretch_edits=2, n_bytes=1500)
FILE = str(find_checkpoint("nano/base").path / "tokenizer.json")


def silent(_: str) -> None:
    pass


def test_all_that_was_measured(capsys: pytest.CaptureFixture[str]) -> None:
    report = json.loads(
        json.dumps(run_tokenize_bench(["nano/base", "nope\x1b", FILE], silent, FEW))
    )
    assert report["bench"] == "tokenize"
    assert list(report["unavailable"]) == ["nope\x1b"]
    assert [pair["tokenizer"] for pair in report["pairs"]] == ["nano/base", FILE]
    for pair in report["pairs"]:
        assert pair["peer"].startswith("tokenizers ")
        assert list(pair["kinds"]) == [kind.name for kind in KINDS]
        for figures in pair["kinds"].values():
            assert figures["identical"]
            assert figures["rounds"] == 2
            assert min(figures[key] for key in ("mb_per_s", "peer_mb_per_s", "times_faster")) > 0
    for edits in report["edits"].values():
        assert edits["why_whole"] is None
        assert list(edits["stretches"]) == list(STRETCHES)
        for figures in edits["stretches"].values():
            assert 0 < figures["p50_ms"] <= figures["p95_ms"] <= figures["worst_ms"]
    print_tokenize(report)
    out = capsys.readouterr().out
    assert "nano/base" in out
    assert "n/a: There is no checkpoint" in out
    assert "\x1b" not in out


def test_other_ids_than_the_librarys_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    real = bench._timed

    def timed(encode: Any, text: str) -> tuple[float, list[int]]:
        seconds, ids = real(encode, text)
        return seconds, [*ids][1:] if encode.__name__ == "theirs" else [*ids]

    monkeypatch.setattr(bench, "_timed", timed)
    report = run_tokenize_bench(["nano/base"], silent, FEW)
    assert not any(each["identical"] for each in report["pairs"][0]["kinds"].values())


def test_wrong_tokens_after_an_edit_are_no_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    real = LiveText.edit

    def edit(self: LiveText, start: int, end: int, new: str) -> object:
        change = real(self, start, end, new)
        self.ids[-1:] = []
        return change

    monkeypatch.setattr(LiveText, "edit", edit)
    with pytest.raises(LabError, match="not those of the whole text"):
        run_tokenize_bench(["nano/base"], silent, FEW)


@pytest.mark.parametrize("names", [[], ["nope"]])
def test_nobody_to_measure(names: list[str]) -> None:
    with pytest.raises(LabError):
        run_tokenize_bench(names, silent, FEW)
