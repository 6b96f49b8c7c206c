from __future__ import annotations

import json
from typing import Any

import pytest

from engine import runs
from engine.runs import RunStatus
from engine.train.journal import Journal
from engine.train.recipe import recipe
from tests.tui.idk_events import TOTAL, asked, asking, development, table, trained
from tui import cli
from tui.cli.train_lines import TrainLines


def said(*events: dict[str, Any]) -> list[str]:
    lines = TrainLines()
    return [line for event in events for line in lines.of(event, 150)]


def test_a_step_that_is_told_all_the_time_is_said_now_and_then() -> None:
    lines = said(*asking(2400), asked(TOTAL))
    assert [line.split() for line in lines] == [
        ["1", "snippets", "6000/6000"],
        ["2", "questions", "6000/6000"],
        ["3", "answers", "0/6000"],
        ["3", "answers", "6000/6000"],
    ]


def test_what_came_out_is_said_in_numbers() -> None:
    lines = said(*trained())
    (known,) = (line for line in lines if "knowledge" in line)
    (decided,) = (line for line in lines if "decisions" in line)
    assert "head: 580 highly known, 12 maybe known" in known
    assert decided.endswith("answer: 580 head, 700 tail; leave out: 18 head, 800 tail; "
                            "refuse: 2 head, 900 tail")  # fmt: skip


def test_development_is_said_beside_what_it_was() -> None:
    lines = [line for line in said(*trained()) if line.startswith("development")]
    assert [line.split(":")[0] for line in lines] == [
        f"development at step {step}" for step in (0, 50, 100, 150)
    ]
    assert "refuses 0.93 of what is unknown (was 0.00)" in lines[2]
    assert "right when it answers 0.88 (was 0.43)" in lines[2]


@pytest.mark.parametrize(
    "event",
    [
        {"type": "table", "number": "1"},
        {"type": "development", "step": 5},
        {"type": "something new", "x": 1},
    ],
)
def test_what_another_version_tells_is_left_out(event: dict[str, Any]) -> None:
    assert said(event) == []


def test_names_in_a_table_cannot_steer_the_terminal() -> None:
    evil = "\x1b]0;x\x07"
    (line,) = said(table(4, "knowledge", [evil, evil], [[evil, evil]]))
    assert line.isprintable()


@pytest.fixture
def finished(monkeypatch: pytest.MonkeyPatch) -> RunStatus:
    """A run that tells of its steps and has ended by the time anybody follows it."""
    status = runs.create_run(recipe("base", "pico"), from_checkpoint=None, name="made-up")
    journal = Journal(status)
    for event in [*asking(), asked(TOTAL), development(0, 0.1, 0.0, 0.5)]:
        journal.event(**{"kind": event["type"], **{k: v for k, v in event.items() if k != "type"}})
    journal.state("done", 1)
    monkeypatch.setattr(runs, "start_run", lambda *args, **options: status)
    return status


def test_steps_go_to_stderr_and_nothing_to_stdout(
    finished: RunStatus, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["train", "base"]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert "3 answers    6000/6000" in err
    assert "development at step 0" in err
    assert "done: llmlab sample made-up PROMPT" in err


def test_as_json_the_tables_are_whole(
    finished: RunStatus, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["train", "base", "--json"]) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    tables = [event for event in events if event["type"] == "table"]
    assert tables[0]["rows"][0][0] == "tail"
    assert tables[-1]["done"] == TOTAL
