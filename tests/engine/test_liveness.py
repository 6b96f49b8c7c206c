"""Whether work lives: processes that are killed, stuck or somebody else's, and clocks that jump."""

import fcntl
import os
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from engine import background, liveness, runs
from engine.background import locked
from engine.errors import LabError, RunError
from engine.runs import RunStatus
from engine.train.journal import Journal
from engine.train.recipe import recipe
from engine.train.state import save_state

HOUR_S = 3600.0


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunStatus:
    monkeypatch.setenv("LLMLAB_HOME", str(tmp_path))
    return runs.create_run(recipe("base", "pico"), from_checkpoint=None, name=None)


def found(status: RunStatus, **changes: object) -> RunStatus:
    replace(status, **changes).save()  # type: ignore[arg-type]
    return runs.read_status(status.name)


@pytest.mark.parametrize("ahead_s", [-100 * HOUR_S, -HOUR_S, 0.0, HOUR_S])
def test_who_holds_the_lock_lives_whatever_the_clock_says(run: RunStatus, ahead_s: float) -> None:
    heartbeat = time.time() + ahead_s
    with (run.path / liveness.LOCK).open("w") as lock:
        assert locked(lock)
        status = found(run, state="running", pid=os.getpid(), heartbeat=heartbeat)
        assert status.state == "running"
        assert bool(status.message) == (ahead_s != 0), "only a long silence is said"
        with pytest.raises(RunError, match="already"):
            runs.prepare_resume(run.name)
    assert found(run, state="running", pid=os.getpid(), heartbeat=heartbeat).state == "lost"


def test_a_stuck_process_is_said_with_what_to_do(run: RunStatus) -> None:
    with (run.path / liveness.LOCK).open("w") as lock:
        assert locked(lock)
        status = found(run, state="running", pid=os.getpid(), heartbeat=time.time() - 300)
    assert "said nothing for 5 min" in status.message
    assert f"kill -9 {os.getpid()}" in status.message


def test_another_programs_process_is_not_ours(run: RunStatus) -> None:
    (run.path / liveness.LOCK).touch()
    status = found(run, state="running", pid=os.getpid(), heartbeat=time.time())
    assert status.state == "lost"


def test_the_lock_outlives_a_process_whose_child_kept_it(run: RunStatus) -> None:
    """A helper that was left behind holds the lock, but the work's own process is dead."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    with (run.path / liveness.LOCK).open("w") as lock:
        assert locked(lock)
        assert found(run, state="running", pid=child.pid, heartbeat=time.time()).state == "lost"


@pytest.mark.parametrize("pid", [0x7FFFFFFF, 2**40, 2**70])
def test_numbers_that_no_process_has(run: RunStatus, pid: int) -> None:
    assert found(run, state="running", pid=pid, heartbeat=time.time()).state == "lost"


def test_a_start_from_before_the_clock_was_set_back_does_not_hold_others_up(
    run: RunStatus,
) -> None:
    assert found(run, heartbeat=time.time() + HOUR_S).state == "lost"


def test_who_looks_does_not_keep_a_starting_process_from_its_lock(run: RunStatus) -> None:
    path = run.path / liveness.LOCK
    path.touch()
    looking = path.open()
    fcntl.flock(looking, fcntl.LOCK_SH)
    threading.Timer(0.05, looking.close).start()
    with path.open("w") as lock:
        assert locked(lock)
        with path.open("w") as second:
            assert not locked(second)


def test_a_lost_one_says_what_its_log_says(run: RunStatus) -> None:
    log = run.path / background.LOG
    log.write_text("an older life's last words\n--- 2026-11-22T10:00:00Z engine.train base-0001\n")
    quiet = found(run, state="running", pid=2**30, step=7)
    assert "without a word" in quiet.message
    assert "at step 7. Resume it" in quiet.message
    with log.open("a") as file:
        file.write("Traceback ...\nRuntimeError: out of luck\n")
    assert (
        "(RuntimeError: out of luck) at step 7" in found(quiet, state="running", pid=2**30).message
    )


def test_nothing_is_written_into_a_folder_that_was_deleted(run: RunStatus) -> None:
    journal = Journal(run)
    shutil.rmtree(run.path)
    with pytest.raises(LabError, match="was deleted"):
        run.save()
    with pytest.raises(LabError):
        journal.state("running", 3)
    with pytest.raises(RunError, match="was deleted"):
        save_state(run.path, 3, {}, {})
    assert not run.path.exists()


def test_a_resumed_run_leaves_damaged_events_behind(run: RunStatus) -> None:
    events = run.path / "events.jsonl"
    events.write_bytes(
        b'{"type": "step", "step": 1, "loss": NaN}\ngarbage\n[1]\n\xff\xfe\n{"no": "type"}\n'
        b'{"type": "step", "step": "x"}\n{"type": "state", "step": 9}\n'
        b'{"type": "step", "step": 2}\n'
        b'{"type": "step", "step": 5}\n{"type": "st'
    )
    Journal(run).rewind(3)
    kept = [(event.get("type"), event.get("step")) for event in runs.EventTail(run.path).read()]
    assert kept == [("step", 1), (None, None), ("state", 9), ("step", 2)]
