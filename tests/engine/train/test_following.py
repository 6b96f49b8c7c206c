import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine import runs
from engine.errors import RunError
from engine.files import write_json, write_jsonl
from engine.manifest import find_checkpoint
from engine.runs import RunStatus
from engine.train import following
from engine.train.following import follow, remembered, training_seconds
from engine.train.recipe import recipe


@pytest.fixture
def ended() -> RunStatus:
    """A run that nobody trained, with three steps in its events."""
    status = runs.create_run(recipe("base", "pico"), from_checkpoint=None, name="b")
    events = [{"type": "step", "step": n, "loss": 3.0 - n} for n in (1, 2, 3)]
    write_jsonl(status.path / "events.jsonl", events)
    return in_state(status, "done")


def in_state(status: RunStatus, state: runs.State, message: str = "") -> RunStatus:
    changed = replace(status, state=state, message=message)
    changed.save()
    return changed


def test_a_run_that_is_done_is_told_of(ended: RunStatus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "TELL_EVERY_S", -1.0)
    told: list[str] = []
    follow(ended, told.append)
    assert told == [f"b: step {n} of 60, loss {3 - n}.000" for n in (1, 2, 3)]


@pytest.mark.parametrize(("state", "message"), [("failed", "The loss is NaN."), ("stopped", "")])
def test_one_that_ended_otherwise_is_an_error(
    ended: RunStatus, state: runs.State, message: str
) -> None:
    with pytest.raises(RunError, match=f"The run 'b' {state}: {message}"):
        follow(in_state(ended, state, message), print)


def test_stopped_is_no_error_if_that_was_enough(ended: RunStatus) -> None:
    heard: list[int] = []

    def enough(event: dict[str, Any]) -> bool:
        heard.append(event["step"])
        return event["step"] == 2

    follow(in_state(ended, "stopped"), print, enough=enough)
    assert heard == [1, 2]
    with pytest.raises(RunError, match="stopped"):
        follow(ended, print, enough=lambda event: event["step"] == 9)
    with pytest.raises(RunError, match=r"failed: No disk\."):
        follow(in_state(ended, "failed", "No disk."), print, enough=enough)


def test_what_is_remembered_is_a_run_of_just_that_recipe(ended: RunStatus, tmp_path: Path) -> None:
    known, own = tmp_path / "run.json", recipe("base", "pico")
    assert remembered(known, own) is None
    write_json(known, {"run": "b"})
    assert remembered(known, own) == ended
    assert remembered(known, replace(own, seed=2)) is None
    for damaged in ("{", "[]", "{}", '{"run": 3}', '{"run": "../b"}', '{"run": "gone"}'):
        known.write_text(damaged)
        assert remembered(known, own) is None, damaged


@pytest.mark.parametrize(
    ("elapsed", "seconds"),
    [([0.5, 3.0, 7.0], 7.0), ([1.0, 8.0, 0.5, 4.0], 12.0), ([5.0], 5.0), ([], None)],
)
def test_seconds_of_all_processes_that_trained(
    pico_sft: Path, tmp_path: Path, elapsed: list[float], seconds: float | None
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(pico_sft, folder)
    lines = [json.dumps({"type": "step", "step": n, "elapsed_s": s}) for n, s in enumerate(elapsed)]
    lines.append('{"type": "eval", "step": 1}')
    (folder / "curve.jsonl").write_text("\n".join(lines) + "\n")
    assert training_seconds(find_checkpoint(str(folder))) == seconds
    (folder / "curve.jsonl").unlink()
    assert training_seconds(find_checkpoint(str(folder))) is None
