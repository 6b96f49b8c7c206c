"""``llmlab train tokenizer``, and what ``train base`` makes of ``--data`` and ``--tokenizer``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from engine import paths, runs
from engine.vocab.find import find_tokenizer
from tests.tui.cli.conftest import Run
from tui.cli import meter as meters
from tui.cli import train_tokenizer
from tui.cli.meter import Meter
from tui.cli.train_lines import TrainLines


@pytest.fixture(autouse=True)
def _beside(monkeypatch: pytest.MonkeyPatch) -> None:
    """No network: one that is here, and one that cannot be had."""
    monkeypatch.setattr(train_tokenizer, "BESIDE", ("nano/base", "not-to-be-had"))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "texts.txt"
    path.write_text("\n\n\n".join(f"The river number {n} runs by the mill." for n in range(200)))
    return path


def test_from_texts_to_tokens(run: Run, data: Path) -> None:
    code, out, err = run("train", "tokenizer", "--data", data, "--vocab-size", 290, "--out", "mine")
    assert code == 0
    assert "mine: 290 entries from 200 texts" in err
    head, english = out.splitlines()[:2]
    assert head.split() == ["bytes", "a", "token", "mine", "nano/base"]
    assert english.split()[0] == "English"
    assert "no checkpoint 'not-to-be-had'" in err
    assert "llmlab train base --tokenizer mine" in err
    code, out, _ = run("tokenize", " river <|bos|>", "--tokenizer", "mine", "--json")
    tokens = json.loads(out)["tokens"]
    assert (code, "".join(token["text"] for token in tokens)) == (0, " river <|bos|>")
    assert len(tokens) < len(" river <|bos|>"), "nothing was merged"
    assert max(token["id"] for token in tokens) < 290 - 15, "a look-alike became a special token"
    for name in ("mine", str(paths.tokenizers_folder() / "mine" / "tokenizer.json")):
        assert find_tokenizer(name).chat is not None


def test_as_json(run: Run, data: Path) -> None:
    asked = ("train", "tokenizer", "--data", data, "--vocab-size", 100_000, "--json")
    code, out, err = run(*asked)
    said = json.loads(out)
    assert (code, said["name"], said["data"]) == (0, "tokenizer-0001", str(data))
    assert 271 < said["n_vocab"] < 1000
    assert "held no more merges: 100,000" in err
    assert said["n_texts"] == 200
    assert said["n_bytes"] == pytest.approx(data.stat().st_size, rel=0.1)
    mine, shipped, missing = said["compression"]
    assert set(mine["bytes_per_token"]) == set(shipped["bytes_per_token"])
    assert min(mine["bytes_per_token"].values()) >= 1
    assert "not-to-be-had" in missing["unavailable"]
    assert json.loads(run(*asked)[1])["name"] == "tokenizer-0002"


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (["tokenizer", "--data", "/none"], "no corpus '/none'"),
        (["tokenizer", "--vocab-size", "10"], "Ask for at least 271"),
        (["tokenizer", "--vocab-size", "-5"], "Ask for at least 271"),
        (["tokenizer", "--out", "a/b"], "'a/b' cannot name a tokenizer"),
        (["tokenizer", "--out", ""], "--out is empty"),
        (["tokenizer", "--steps", "5"], "--steps is of runs"),
        (["tokenizer", "--tokenizer", "x"], "--tokenizer is of runs"),
        (["tokenizer", "--task", "x"], "--task is of runs"),
        (["base", "--vocab-size", "300"], "--vocab-size is of a tokenizer"),
        (["base", "--data", ""], "--data is empty"),
        (["base", "--data", "/none"], "no corpus '/none'"),
        (["base", "--data", "hf:nonsense"], "no name of a data set"),
        (["base", "--tokenizer", "/none"], "no checkpoint '/none'"),
        (["sft", "--data", "x"], "data = 'x' is for base runs"),
        (["--resume", "x", "--data", "y"], "--data changes nothing"),
    ],
)
def test_mistakes_are_a_sentence(run: Run, argv: list[str], sentence: str) -> None:
    code, out, err = run("train", *argv)
    assert (code, out) == (2, "")
    assert sentence in err
    assert not list(paths.tokenizers_folder().glob("*"))


def test_a_name_is_taken_once(run: Run, data: Path) -> None:
    asked = ("train", "tokenizer", "--data", data, "--vocab-size", 280, "--out", "mine")
    assert run(*asked)[0] == 0
    code, _, err = run(*asked)
    assert code == 2
    assert "There is a tokenizer 'mine' already" in err


def test_the_options_of_a_base_run_arrive(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    found: dict[str, Any] = {}

    def start_run(stage: str, **options: Any) -> None:
        found.update(options, stage=stage)
        raise KeyboardInterrupt

    monkeypatch.setattr(runs, "start_run", start_run)
    assert run("train", "base", "--data", "hf:a/b", "--tokenizer", "mine")[0] == 130
    assert (found["data"], found["tokenizer"]) == ("hf:a/b", "mine")


def test_a_run_that_reads_says_so() -> None:
    event = {"type": "state", "state": "starting", "step": 0, "message": "reads\x1b texts"}
    assert list(TrainLines().of(event, 5)) == ["reads\\x1b texts"]
    assert not list(TrainLines().of({**event, "message": ""}, 5))


def test_a_meter_writes_one_line_over_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setattr(meters, "SHOW_S", 0.0)
    meter = Meter()
    meter("fetches\x1b[2J", 1_000_000, 2_000_000)
    meter("waits", 0, 0)
    meter("fetches", 2_000_000, 2_000_000)
    meter.close()
    assert capsys.readouterr().err.replace("\x1b[K", "") == (
        "\rfetches\\x1b[2J: 1 of 2 MB\nwaits\n\rfetches: 2 of 2 MB\n"
    )


def test_elsewhere_a_meter_is_seldom(capsys: pytest.CaptureFixture[str]) -> None:
    meter = Meter()
    for done in range(1, 101):
        meter("reads", done * 1_000_000, 100_000_000)
    assert capsys.readouterr().err == "reads: 1 of 100 MB\nreads: 100 of 100 MB\n"
