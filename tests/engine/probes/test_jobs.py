import json
import os
import time
from dataclasses import replace
from pathlib import Path

import pytest
from probed import checkpoint

from engine import background, paths
from engine.errors import CheckpointError, LabError, ProbeError
from engine.probes import jobs
from engine.probes.jobs import ProbePlan, ProbeStatus
from engine.probes.reader import ProbeReader


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return checkpoint(tmp_path / "model")


def new(model: Path, name: str | None = None, **changes: object) -> ProbeStatus:
    status = jobs.create_probe(ProbePlan(checkpoint=str(model)), name=name)
    status = replace(status, **changes)  # type: ignore[arg-type]
    status.save()
    return status


def test_probes_are_numbered_and_listed_newest_first(model: Path) -> None:
    first = new(model, state="done", started="2026-01-01T00:00:00Z")
    second = new(model, state="stopped", started="2026-01-02T00:00:00Z")
    assert (first.name, second.name) == ("facts-0001", "facts-0002")
    assert [probe.name for probe in jobs.list_probes()] == ["facts-0002", "facts-0001"]
    assert jobs.read_probe("facts-0001") == first
    (paths.probes_folder() / "damaged").mkdir()
    (paths.probes_folder() / "cut").mkdir()
    (paths.probes_folder() / "cut" / "status.json").write_text("{")
    assert len(jobs.list_probes()) == 2


@pytest.mark.parametrize("name", ["../evil", "a/b", "", ".hidden", "x" * 65, "a b", "\n"])
def test_unusable_names_are_refused(model: Path, name: str) -> None:
    with pytest.raises(ProbeError, match="cannot name a probe"):
        new(model, name)
    for call in (jobs.read_probe, jobs.resume_probe, jobs.stop_probe):
        with pytest.raises(ProbeError, match="no probe"):
            call(name)


def test_a_name_twice_is_refused(model: Path) -> None:
    new(model, "mine", state="done")
    with pytest.raises(ProbeError, match="mine already"):
        new(model, "mine")


def test_what_cannot_be_asked_is_refused_before_anything_is_made(
    model: Path, tmp_path: Path
) -> None:
    with pytest.raises(CheckpointError, match="no checkpoint 'nope'"):
        jobs.create_probe(ProbePlan(checkpoint="nope"))
    with pytest.raises(CheckpointError, match="no checkpoint 'nope'"):
        jobs.create_probe(ProbePlan(checkpoint=str(model), against="nope"))
    for path in (tmp_path / "q", tmp_path, "x" * 5000):
        plan = ProbePlan(checkpoint=str(model), source="file", questions_path=str(path))
        with pytest.raises(ProbeError, match="no file of questions"):
            jobs.create_probe(plan)
    manifest = model / "run.json"
    data = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**data, "stage": "imported"}))
    with pytest.raises(ProbeError, match="--questions"):
        jobs.create_probe(ProbePlan(checkpoint=str(model)))
    assert jobs.list_probes() == []


def test_a_plan_holds_whom_it_asks_and_where_the_questions_lie(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("q.jsonl").write_text("{}")
    plan = ProbePlan(
        checkpoint=str(model), source="file", questions_path="q.jsonl", against=str(model)
    )
    made = ProbeReader(jobs.create_probe(plan).path).plan
    assert made.questions_path == str(tmp_path / "q.jsonl")
    assert made.sha256 == made.against_sha256
    assert len(made.sha256 or "") == 64


@pytest.mark.parametrize("state", ["starting", "running"])
def test_a_process_that_died_without_a_word_is_lost(model: Path, state: str) -> None:
    alive = new(model, state=state, pid=os.getpid())
    assert jobs.read_probe(alive.name).state == state
    gone = new(model, state=state, pid=2**22 + 1, done=7)
    lost = jobs.read_probe(gone.name)
    assert (lost.state, lost.pid) == ("lost", None)
    assert "after 7 answers" in lost.message
    silent = new(
        model, state=state, pid=os.getpid(), heartbeat=time.time() - background.SILENT_S - 1
    )
    assert jobs.read_probe(silent.name).state == "lost"


def test_a_probe_whose_process_never_came_is_lost_after_a_while(model: Path) -> None:
    status = new(model)
    assert jobs.read_probe(status.name).state == "starting"
    replace(status, heartbeat=time.time() - background.STARTING_S - 1).save()
    assert jobs.read_probe(status.name).state == "lost"
    replace(status, state="running").save()  # only what starts may be without a process
    assert jobs.read_probe(status.name).state == "lost"


def test_only_what_was_left_can_be_resumed(model: Path) -> None:
    done = new(model, state="done")
    with pytest.raises(ProbeError, match="nothing to resume"):
        jobs.prepare_resume(done.name)
    running = new(model, state="running", pid=os.getpid())
    with pytest.raises(ProbeError, match="running already"):
        jobs.prepare_resume(running.name)
    stopped = new(model, state="stopped", message="why", done=3)
    (stopped.path / "control.json").write_text('{"action": "stop"}')
    again = jobs.prepare_resume(stopped.name)
    assert (again.state, again.message, again.done) == ("starting", "", 3)
    assert not (stopped.path / "control.json").exists()
    with pytest.raises(ProbeError, match="starting already"):
        jobs.prepare_resume(stopped.name)


def test_the_answers_of_two_models_are_never_mixed(model: Path, tmp_path: Path) -> None:
    other = checkpoint(tmp_path / "other", seed=1)
    plan = ProbePlan(checkpoint=str(model), against=str(other))
    status = replace(jobs.create_probe(plan), state="stopped")
    status.save()
    checkpoint(other, seed=2)
    with pytest.raises(ProbeError, match="other has changed since this probe began"):
        jobs.prepare_resume(status.name)
    checkpoint(other, seed=1)
    assert jobs.prepare_resume(status.name).state == "starting"
    checkpoint(model, seed=2)
    replace(status, state="stopped").save()
    with pytest.raises(ProbeError, match="model has changed"):
        jobs.resume_probe(status.name)


def test_a_request_to_stop_is_a_file(model: Path) -> None:
    running = new(model, state="running", pid=os.getpid())
    jobs.stop_probe(running.name)
    assert background.asked_for(running.path) == "stop"
    stopped = new(model, state="stopped")
    with pytest.raises(ProbeError, match="nothing to stop"):
        jobs.stop_probe(stopped.name)


@pytest.mark.parametrize("text", ["{", "[]", "null", "{}", '{"action": 3}', '{"action": null}'])
def test_other_files_ask_for_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "control.json").write_text(text)
    assert background.asked_for(tmp_path) is None


def test_a_home_that_cannot_be_written_to_is_a_sentence(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLMLAB_HOME", "/proc/nope")
    with pytest.raises(LabError, match=r"/proc/nope") as error:
        new(model)
    assert "\n" not in str(error.value)
