"""The stage end to end at the pico preset, and what a kill or a stop in each step leaves."""

import json
import os
import shutil
import signal
import time
from pathlib import Path

import pytest

from engine import runs
from engine.errors import CheckpointError, RunError
from engine.manifest import find_checkpoint, read_manifest
from engine.runs import EventTail, RunStatus
from engine.train.__main__ import train
from engine.train.line import MOST

ANSWERS = "3-answers.jsonl"


def tables(status: RunStatus) -> dict[str, dict[str, object]]:
    events = EventTail(status.path).read()
    return {event["name"]: event for event in events if event["type"] == "table"}


def ids(path: Path) -> list[str]:
    return [json.loads(line)["id"] for line in path.read_text().splitlines()]


def test_each_step_is_a_table_and_a_checkpoint_comes_out(home: Path) -> None:
    status = runs.create_run(runs.recipe("idk", "pico"), from_checkpoint=None, name="no")
    assert train("no") == 0
    told = tables(status)
    assert list(told) == ["snippets", "questions", "answers", "knowledge", "decisions"]
    assert all(table["done"] == table["total"] for table in told.values())
    info = find_checkpoint("no")
    assert (info.stage, info.chats, info.parent) == ("idk", True, "sft-0001")
    developed = [e for e in EventTail(status.path).read() if e["type"] == "development"]
    assert developed[0]["step"] == 0
    best = max(developed, key=lambda event: event["score"])
    assert read_manifest(info.path)["step"] == best["step"], "of equals the earliest"
    (finish,) = [e for e in EventTail(status.path).read() if e["type"] == "finish"]
    assert 0 <= finish["refusal_lowered"] <= MOST


def test_a_kill_in_the_middle_of_asking_repeats_and_loses_no_answer(home: Path) -> None:
    status = runs.spawn(
        runs.create_run(runs.recipe("idk", "pico"), from_checkpoint=None, name="no")
    )
    answers = status.path / "idk" / ANSWERS
    deadline = time.monotonic() + 240
    while not (answers.exists() and answers.stat().st_size):
        assert time.monotonic() < deadline, (status.path / "log.txt").read_text()
        time.sleep(0.005)
    assert status.pid is not None
    os.kill(status.pid, signal.SIGKILL)
    while runs.read_status("no").state != "lost":
        time.sleep(0.02)
    before = answers.read_bytes()
    whole = before[: before.rfind(b"\n") + 1]
    runs.resume_run("no")
    while runs.read_status("no").state in runs.ALIVE:
        time.sleep(0.05)
    assert runs.read_status("no").state == "done", runs.read_status("no").message
    assert answers.read_bytes().startswith(whole)
    asked = ids(answers)
    assert len(asked) == len(set(asked))
    assert set(asked) == set(ids(status.path / "idk" / "2-questions.jsonl"))


@pytest.mark.parametrize(
    "gone", ["1-snippets.jsonl", "2-questions.jsonl", ANSWERS, "4-decisions.jsonl"]
)
def test_any_step_can_be_done_again_and_gives_the_same(home: Path, gone: str) -> None:
    """As after a kill before that step's file was whole."""
    recipe = runs.recipe("idk", "pico", steps=1)
    status = runs.create_run(recipe, from_checkpoint=None, name="no")
    assert train("no") == 0
    folder = status.path / "idk"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    (folder / gone).unlink()
    again = runs.create_run(recipe, from_checkpoint=None, name="again")
    shutil.copytree(folder, again.path / "idk")
    assert train("again") == 0
    assert {path.name: path.read_bytes() for path in (again.path / "idk").iterdir()} == before


def test_stopped_while_asking_it_keeps_what_was_answered(home: Path) -> None:
    status = runs.create_run(runs.recipe("idk", "pico"), from_checkpoint=None, name="no")
    (status.path / "control.json").write_text('{"action": "stop"}')
    assert train("no") == 0
    assert runs.read_status("no").state == "stopped"
    assert ids(status.path / "idk" / ANSWERS)
    runs.prepare_resume("no")
    assert train("no") == 0
    assert runs.read_status("no").state == "done"


def test_a_base_model_cannot_be_taught_to_refuse(home: Path, pico_base: Path) -> None:
    runs.create_run(runs.recipe("idk", "pico"), from_checkpoint=str(pico_base), name="no")
    assert train("no") == 2
    assert "no assistant of this lab" in runs.read_status("no").message


def test_without_a_parent_there_is_none_to_teach(home: Path) -> None:
    shutil.rmtree(home / "runs" / "sft-0001")
    with pytest.raises((CheckpointError, RunError), match="pico/sft"):
        runs.create_run(runs.recipe("idk", "pico"), from_checkpoint=None, name="no")
