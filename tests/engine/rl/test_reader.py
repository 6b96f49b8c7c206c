"""Runs are read while they are written, resumed, cut short and garbled."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine import paths
from engine.errors import LabError
from engine.files import write_atomic, write_json
from engine.rl.plan import plan
from engine.rl.reader import RlReader, checkpoint_of, is_shipped, rollouts_path, shipped_rl_runs
from engine.rl.record import Group, encode_step
from engine.runs import RunStatus

GROUP = Group(step=1, task="parity", question="?", answer="odd", attempts=())


def line(run: Path, kind: str, step: int) -> None:
    with (run / "events.jsonl").open("a") as file:
        file.write(json.dumps({"type": kind, "step": step}) + "\n")


def test_the_plan_is_that_of_the_recipe(tmp_path: Path) -> None:
    chosen = plan("dapo", ("parity", "sorting"), reward="format")
    write_json(tmp_path / "recipe.json", {"stage": "rl", "rl": chosen.to_json()})
    assert RlReader(tmp_path).plan == chosen


@pytest.mark.parametrize(
    "content", [None, "", "{", "[]", "3", '{"rl": null}', '{"rl": {}}', '{"rl": {"tasks": 3}}',
                '{"rl": {"tasks": [], "algorithm": "grpo", "later": 1}}'],
)  # fmt: skip
def test_a_recipe_that_says_nothing_is_a_sentence(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "recipe.json").write_text(content)
    with pytest.raises(LabError, match=r"recipe\.json"):
        _ = RlReader(tmp_path).plan


def test_steps_are_those_whose_files_are_whole(tmp_path: Path) -> None:
    reader = RlReader(tmp_path)
    assert reader.steps() == []
    for step in (10, 2, 12_345_678):
        write_atomic(rollouts_path(tmp_path, step), encode_step(step, [GROUP]))
    folder = tmp_path / "rollouts"
    for name in (".step-0000003.json.ab12", "step-x.json", "step-0000004.json.tmp", "step-5.json"):
        (folder / name).write_text("{")
    assert reader.steps() == [2, 10, 12_345_678]
    assert reader.groups(10) == [GROUP]


@pytest.mark.parametrize(
    "content", [None, b"", b"{", b"[]", b"\xff\xfe", b'{"groups": 3}', b'{"groups": [{}]}',
                b"[" * 100_000, b'{"groups": [{"step": NaN}]}'],
)  # fmt: skip
def test_garbled_rollouts_are_a_sentence_that_names_the_file(
    tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        write_atomic(rollouts_path(tmp_path, 3), content)
    with pytest.raises(LabError, match=r"step-0000003\.json"):
        RlReader(tmp_path).groups(3)


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (7, r"step 7 is not on disk any more: .*every 10th.*Look at step 1 or 10\."),
        (11, r"step 11 is not on disk any more: .*Look at step 10 or 12\."),
        (13, r"step-0000013\.json cannot be read"),  # It has not come yet.
    ],
)
def test_a_step_that_was_dropped_is_told_from_one_that_never_was(
    tmp_path: Path, step: int, said: str
) -> None:
    for other in (1, 10, 12):
        write_atomic(rollouts_path(tmp_path, other), encode_step(other, [GROUP]))
    with pytest.raises(LabError, match=said):
        RlReader(tmp_path).groups(step)


def test_events_come_once_and_only_ours(tmp_path: Path) -> None:
    reader = RlReader(tmp_path)
    assert reader.new_events() == []
    line(tmp_path, "rl_eval", 0)
    line(tmp_path, "step", 1)
    line(tmp_path, "rl", 1)
    assert [event["type"] for event in reader.new_events()] == ["rl_eval", "rl"]
    assert reader.new_events() == []


def test_half_a_line_is_read_when_it_is_whole(tmp_path: Path) -> None:
    reader, path = RlReader(tmp_path), tmp_path / "events.jsonl"
    path.write_text('{"type": "rl", "st')
    assert reader.new_events() == []
    with path.open("a") as file:
        file.write('ep": 7}\nnonsense\n[1]\n')
    assert reader.new_events() == [{"type": "rl", "step": 7}]


def test_a_file_that_was_replaced_is_read_from_its_beginning(tmp_path: Path) -> None:
    reader = RlReader(tmp_path)
    for step in (1, 2, 3):
        line(tmp_path, "rl", step)
    reader.new_events()
    write_atomic(tmp_path / "events.jsonl", b'{"type": "rl", "step": 1}\n')
    assert [event["step"] for event in reader.new_events()] == [1]


def put_shipped(folder: Path, name: str, **values: object) -> None:
    status = {
        "name": name, "stage": "rl", "preset": "nano", "state": "done", "step": 9,
        "total_steps": 9, "pid": None, "started": "2026-11-22T10:00:00Z", "parent": "nano/sft",
        "message": "", "heartbeat": 0.0,
    }  # fmt: skip
    write_json(folder / "nano" / "runs" / name / "status.json", {**status, **values})


def test_shipped_runs_are_the_finished_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "shipped_folder", lambda: tmp_path)
    put_shipped(tmp_path, "rl-old", started="2026-11-21T10:00:00Z")
    put_shipped(tmp_path, "rl-new")
    put_shipped(tmp_path, "rl-half", state="running")
    put_shipped(tmp_path, "rl-later", unknown=1)
    runs = shipped_rl_runs()
    assert [run.name for run in runs] == ["rl-new", "rl-old"]
    assert all(map(is_shipped, runs))
    assert checkpoint_of(runs[0]) == "nano/rl"


def test_a_runs_checkpoint_has_its_own_name(tmp_path: Path) -> None:
    run = RunStatus(
        name="rl-0007", stage="rl", preset="pico", state="running", step=1, total_steps=9,
        pid=None, started="", parent=None, message="", heartbeat=0.0, path=tmp_path / "rl-0007",
    )  # fmt: skip
    assert checkpoint_of(run) == "rl-0007"
