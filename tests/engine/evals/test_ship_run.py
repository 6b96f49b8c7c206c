"""A run that ships is small, whole, and replayed as any other."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from engine import paths
from engine.background import now
from engine.errors import LabError, RunError
from engine.evals.ship_run import EVENTS, N_GROUPS, N_STEPS, ship_run, spread
from engine.files import write_json
from engine.manifest import read_manifest
from engine.rl.reader import RlReader, is_shipped, rollouts_path, shipped_rl_runs
from engine.rl.store import write_step
from engine.runs import RunStatus
from tests.engine.evals.attempted import events, manifest, own_recipe
from tests.engine.rl.toys import attempt, group

SHIPPED_BYTES = 1_500_000


def put_checkpoint(folder: Path, parent: dict[str, str] | None, weights: str) -> None:
    """As much of one as is looked at."""
    about = {**manifest(own_recipe()), "format": 1, "parent": parent}
    write_json(folder / "run.json", {**about, "files": {"model.safetensors": {"sha256": weights}}})


@pytest.fixture
def put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Makes a run of so many steps with attempts behind a cold start; all of it may ship."""
    home, shipped = tmp_path / "home", tmp_path / "shipped"
    monkeypatch.setenv("LLMLAB_HOME", str(home))
    monkeypatch.setattr(paths, "shipped_folder", lambda: shipped)
    parent = {"name": "sft-0007", "sha256": "5f7"}
    put_checkpoint(shipped / "nano" / "sft", None, "5f7")
    put_checkpoint(shipped / "nano" / "rl", parent, "4l")

    def make(steps: int = 30, **values: Any) -> Path:
        own = own_recipe(steps=steps, cold_start=100)
        run = RunStatus(
            **{
                "name": "rl-0001", "stage": "rl", "preset": "nano", "state": "done", "step": 100,
                "total_steps": own.steps, "pid": 4_000_000, "started": now(), "parent": "sft-0007",
                "message": f"see {home}", "heartbeat": 1.5, "path": home / "runs" / "rl-0001",
                **values,
            }
        )  # fmt: skip
        run.path.mkdir(parents=True, exist_ok=True)
        run.save()
        write_json(run.path / "recipe.json", own.to_json())
        told = [{"type": "state", "state": "running", "message": str(home)}]
        told += [*events(steps=steps, cold_start=100), {"type": "sample", "text": "x" * 999}]
        lines = "".join(json.dumps(event) + "\n" for event in told)
        (run.path / "events.jsonl").write_text(lines)
        attempts = [
            attempt(n=7, logprobs=(-0.123456789,) * 7, advantage=1 / 3),
            attempt(1.0, n=7, logprobs_after=(-1.23456789e-9,) * 7),
        ]
        for step in range(101, 101 + steps):
            groups = [replace(group(*attempts, step=step), question=str(n)) for n in range(16)]
            write_step(run.path, step, groups)
        put_checkpoint(run.path / "checkpoints" / "step-0000130", parent, "4l")
        return run.path

    return make


def test_it_is_found_and_every_step_of_it_can_be_read(put: Callable[..., Path]) -> None:
    source = put()
    folder = ship_run("rl-0001", "nano", "rl")
    (run,) = shipped_rl_runs()
    assert is_shipped(run)
    assert (run.path, run.name, run.parent, run.pid) == (folder, "rl", "nano/sft", None)
    reader, whole = RlReader(folder), RlReader(source)
    assert reader.plan == whole.plan
    steps = reader.steps()
    assert len(steps) == N_STEPS
    assert (steps[0], steps[-1]) == (101, 130)
    assert len({b - a for a, b in pairwise(steps)}) <= 2
    for step in steps:
        groups = reader.groups(step)
        assert [each.question for each in groups] == [str(n) for n in range(N_GROUPS)]
        assert all(len(each.attempts) == 2 for each in groups)
    first, second = reader.groups(101)[0].attempts
    assert first.logprobs == (-0.1235,) * 7
    assert first.advantage == 0.3333
    assert first.logprobs_after is None
    assert second.logprobs_after == (0.0,) * 7
    assert reader.new_events() == whole.new_events()


def test_nothing_of_the_machine_goes_along(put: Callable[..., Path], tmp_path: Path) -> None:
    put()
    folder = ship_run("rl-0001", "nano")
    assert folder.name == "rl-0001"
    for file in folder.rglob("*.json*"):
        assert str(tmp_path) not in file.read_text()
    told = [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]
    assert {event["type"] for event in told} <= set(EVENTS)
    assert not list(folder.parent.glob("tmp*"))


def test_a_run_that_ships_again_replaces_itself(put: Callable[..., Path]) -> None:
    source = put()
    ship_run("rl-0001", "nano")
    shutil.rmtree(source / "rollouts")
    write_step(source, 130, [group(attempt())])
    assert RlReader(ship_run("rl-0001", "nano")).steps() == [130]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"state": "stopped"}, "is of the stage rl and stopped"),
        ({"stage": "sft"}, "is of the stage sft and done"),
    ],
)
def test_only_finished_rl_runs_ship(
    put: Callable[..., Path], values: dict[str, str], words: str
) -> None:
    put(**values)
    with pytest.raises(RunError, match=words):
        ship_run("rl-0001", "nano")
    assert not shipped_rl_runs()


@pytest.mark.parametrize("name", ["../rl", "a b", ".hidden", "x" * 65])
def test_a_name_is_a_folder_of_its_own(put: Callable[..., Path], name: str) -> None:
    put()
    with pytest.raises(RunError, match="cannot name a run"):
        ship_run("rl-0001", "nano", name)


def test_a_run_of_other_weights_than_ship_is_refused(put: Callable[..., Path]) -> None:
    path = put()
    put_checkpoint(path / "checkpoints" / "step-0000130", {"name": "x", "sha256": "y"}, "other")
    with pytest.raises(RunError, match=r"engine\.evals\.ship rl-0001 nano/rl"):
        ship_run("rl-0001", "nano")
    shutil.rmtree(path / "checkpoints")
    with pytest.raises(RunError, match="has no checkpoint"):
        ship_run("rl-0001", "nano")


def test_what_cannot_be_read_leaves_what_shipped_before(put: Callable[..., Path]) -> None:
    source = put()
    folder = ship_run("rl-0001", "nano")
    rollouts_path(source, 130).write_text("{")
    with pytest.raises(LabError, match=r"step-0000130\.json"):
        ship_run("rl-0001", "nano")
    assert len(RlReader(folder).steps()) == N_STEPS
    assert [path.name for path in folder.parent.iterdir()] == ["rl-0001"]


@pytest.mark.parametrize("n", [0, 1, 2, 11, 12, 13, 120, 1000])
def test_steps_are_spread_from_the_first_to_the_last(n: int) -> None:
    steps = list(range(5, 5 + n))
    found = spread(steps, 12)
    assert found == sorted(set(found))
    assert len(found) == min(n, 12)
    assert found[:1] + found[-1:] == steps[:1] + steps[-1:]
    gaps = [b - a for a, b in pairwise(found)]
    assert max(gaps, default=0) - min(gaps, default=0) <= 1


def test_steps_that_a_run_has_thinned_out_are_spread_by_their_numbers() -> None:
    steps = [1, *range(10, 951, 10), *range(951, 1001)]
    assert spread(steps, 12) == [1, 90, 180, 270, 360, 460, 550, 640, 730, 820, 910, 1000]


def test_what_ships_is_small_and_all_of_it_can_be_read() -> None:
    """Of the real folder, whatever lies there."""
    for run in shipped_rl_runs():
        reader = RlReader(run.path)
        assert sum(file.stat().st_size for file in run.path.rglob("*")) <= SHIPPED_BYTES
        assert read_manifest(paths.shipped_folder() / run.preset / "rl")["parent"]["name"] == (
            run.parent
        )
        steps = reader.steps()
        assert steps[0] == reader.plan.cold_start + 1
        assert steps[-1] == run.step == run.total_steps
        for step in steps:
            for each in reader.groups(step):
                assert each.task in reader.plan.tasks
                assert len(each.attempts) == reader.plan.group_size
        kinds = {event["type"] for event in reader.new_events()}
        assert kinds == {"rl", "rl_eval"}
