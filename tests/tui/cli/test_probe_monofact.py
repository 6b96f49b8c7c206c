from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from monofact_webs import result

from engine.probes.monofact import experiment
from engine.probes.monofact.experiment import WebPlan
from engine.probes.monofact.result import WebResult
from tui.cli import main

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[WebPlan]:
    """Replaces the experiment; returns the webs that it was asked for."""
    plans: list[WebPlan] = []

    def run(wanted: Sequence[WebPlan], tell: Callable[[str], None]) -> list[WebResult]:
        plans.extend(wanted)
        tell("web 1 of 1")
        return [
            result(plan.law.name, n_once=1_000 * number, n_invented=100 * number)
            for number, plan in enumerate(wanted)
        ]

    monkeypatch.setattr(experiment, "run", run)
    return plans


def test_options_reach_the_plans(asked: list[WebPlan]) -> None:
    assert main(["probe", "monofact", "--webs", "5", "--steps", "7", "--seed", "3"]) == 0
    assert [(plan.steps, plan.seed) for plan in asked] == [(7, 3)] * 5


def test_json_is_one_document_and_progress_is_elsewhere(
    asked: list[WebPlan], capsys: Captured
) -> None:
    assert main(["probe", "monofact", "--json"]) == 0
    captured = capsys.readouterr()
    read = json.loads(captured.out)
    assert len(read["webs"]) == len(asked) == 6
    assert read["findings"]
    assert captured.err == "web 1 of 1\n"


def test_the_table_has_a_row_for_each_web(asked: list[WebPlan], capsys: Captured) -> None:
    assert main(["probe", "monofact", "--webs", "4"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("web ")
    assert [line.split("  ")[0] for line in lines[1:5]] == [plan.law.name for plan in asked]


def test_a_report_is_written_with_its_plot(
    asked: list[WebPlan], capsys: Captured, tmp_path: Path
) -> None:
    assert main(["probe", "monofact", "--out", str(tmp_path / "r.md")]) == 0
    assert sorted(path.name for path in tmp_path.glob("r.*")) == ["r.md", "r.svg"]
    assert f"written: {tmp_path / 'r.svg'}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--webs", "3"], "3 webs"),
        (["--webs", "-1"], "-1 webs"),
        (["--steps", "0"], "steps = 0"),
        (["--out", "report.doc"], "report.doc says no format"),
        (["--out", "~nobody-here/r.md"], "~nobody-here"),
    ],
)
def test_mistakes_are_a_sentence_before_anything_is_learned(
    asked: list[WebPlan], capsys: Captured, options: list[str], said: str
) -> None:
    assert main(["probe", "monofact", *options]) == 2
    captured = capsys.readouterr()
    assert said in captured.err
    assert "Traceback" not in captured.err
    assert captured.out == ""
    assert asked == []


def test_ctrl_c_says_how_to_go_on(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    def stopped(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(experiment, "run", stopped)
    assert main(["probe", "monofact"]) == 130
    assert "The same command goes on" in capsys.readouterr().err
