import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from engine import background, paths, runs
from engine.errors import CheckpointError, RunError
from engine.runs import EventTail, RunStatus


def new(name: str | None = None, **changes: object) -> RunStatus:
    status = runs.create_run(runs.recipe("base", "pico"), from_checkpoint=None, name=name)
    status = replace(status, **changes)
    status.save()
    return status


def test_runs_are_numbered_and_listed() -> None:
    first = new(state="done")
    second = new(state="stopped")
    assert (first.name, second.name) == ("base-0001", "base-0002")
    assert {run.name for run in runs.list_runs()} == {"base-0001", "base-0002"}


@pytest.mark.parametrize("name", ["../evil", "a/b", "", ".hidden", "x" * 65, "a b", "\n"])
def test_unusable_names_are_refused(name: str) -> None:
    with pytest.raises(RunError):
        new(name)
    with pytest.raises(RunError, match="no run"):
        runs.read_status(name)


def test_a_name_twice_is_refused() -> None:
    new("mine", state="done")
    with pytest.raises(RunError, match="already"):
        new("mine")


def test_two_trainings_at_once_are_refused() -> None:
    new(state="running", pid=os.getpid())
    with pytest.raises(RunError, match="slow each other down"):
        runs.start_run("base", preset="pico")
    stopped = new_without_check("other", state="stopped")
    with pytest.raises(RunError, match="slow each other down"):
        runs.prepare_resume(stopped.name)


def test_two_runs_made_in_the_same_instant_are_one_too_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refuse, ready = runs.refuse_second, threading.Barrier(6)

    def refuse_slowly(own_name: str | None) -> None:
        refuse(own_name)
        time.sleep(0.05)  # time for another thread to find nothing either

    monkeypatch.setattr(runs, "refuse_second", refuse_slowly)
    outcomes: list[str] = []

    def make() -> None:
        ready.wait(10)
        try:
            outcomes.append(runs.create_run(runs.recipe("base", "pico"), from_checkpoint=None,
                                            name=None).name)  # fmt: skip
        except RunError as error:
            outcomes.append(str(error))

    threads = [threading.Thread(target=make) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(outcomes) == 6
    assert [text for text in outcomes if "slow each other down" not in text] == ["base-0001"]


def test_a_run_whose_process_never_came_is_lost_after_a_while() -> None:
    status = new()
    assert runs.read_status(status.name).state == "starting"
    replace(status, heartbeat=time.time() - background.STARTING_S - 1).save()
    assert runs.read_status(status.name).state == "lost"


def new_without_check(name: str, **changes: object) -> RunStatus:
    other = runs.read_status("base-0001")
    path = paths.runs_folder() / name
    path.mkdir()
    status = replace(other, name=name, path=path, **changes)
    status.save()
    return status


def test_a_dead_process_shows_as_lost_and_can_be_resumed() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    status = new(state="running", pid=child.pid, step=7)
    lost = runs.read_status(status.name)
    assert lost.state == "lost"
    assert "Resume" in lost.message
    assert runs.prepare_resume(status.name).state == "starting"


def test_a_recycled_pid_does_not_look_alive() -> None:
    status = new(state="running", pid=os.getpid(), heartbeat=time.time() - 1000)
    assert runs.read_status(status.name).state == "lost"


@pytest.mark.parametrize("state", ["done", "running"])
def test_what_cannot_be_resumed_says_why(state: str) -> None:
    status = new(state=state, pid=os.getpid())
    with pytest.raises(RunError, match=r"finished|already"):
        runs.prepare_resume(status.name)


def test_requests_go_to_living_runs_only() -> None:
    status = new(state="running", pid=os.getpid())
    runs.request(status.name, "pause")
    assert json.loads((status.path / "control.json").read_text()) == {"action": "pause"}
    replace(status, state="done").save()
    with pytest.raises(RunError, match="cannot stop"):
        runs.request(status.name, "stop")


def test_wrong_parents_are_refused_before_anything_is_made() -> None:
    with pytest.raises(CheckpointError):
        runs.start_run("sft", preset="pico", from_checkpoint="nope")
    with pytest.raises(RunError, match="starts from nothing"):
        runs.start_run("base", preset="pico", from_checkpoint="nope")
    for stage, preset, steps in (("x", "pico", None), ("base", "x", None), ("base", "pico", 0)):
        with pytest.raises(RunError):
            runs.start_run(stage, preset=preset, steps=steps)
    assert runs.list_runs() == []


def test_a_tail_reads_whole_lines_once(tmp_path: Path) -> None:
    tail = EventTail(tmp_path)
    assert tail.read() == []
    path = tmp_path / "events.jsonl"
    path.write_text('{"a": 1}\n{"a": 2')
    assert tail.read() == [{"a": 1}]
    path.write_text('{"a": 1}\n{"a": 2}\nnot json\n[1]\n{"a": 3}\n')
    assert tail.read() == [{"a": 2}, {"a": 3}]
    path.write_text("")  # a run resumed from an earlier state rewrites its events
    assert tail.read() == []


def test_damaged_status_files_are_left_out_of_the_list() -> None:
    new("good", state="done")
    for name, content in (("cut", "{"), ("other", '{"name": "x"}')):
        folder = paths.runs_folder() / name
        folder.mkdir()
        (folder / "status.json").write_text(content)
    assert [run.name for run in runs.list_runs()] == ["good"]
