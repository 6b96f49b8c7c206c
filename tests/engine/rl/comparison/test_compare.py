"""Presets compared end to end at the pico preset, on tasks that a small model can learn."""

from __future__ import annotations

import json
import multiprocessing
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing.context import ForkProcess
from pathlib import Path

import pytest

from engine import runs
from engine.errors import RunError
from engine.manifest import find_checkpoint
from engine.rl import plan as plans
from engine.rl.comparison import measured as measuring
from engine.rl.comparison.compare import compare
from engine.rl.comparison.rows import PARENT, Measured
from engine.rl.comparison.wanted import Comparison
from engine.runs import EventTail, RunStatus
from engine.train import following
from engine.train.__main__ import train
from engine.train.recipe import Recipe, recipe
from tests.engine.rl.toys import add_toys
from tui.cli import main


@pytest.fixture(autouse=True)
def _toy_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    add_toys(monkeypatch)


@pytest.fixture
def beside(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Runs train in processes of their own, which know the toy tasks; their names."""
    children: list[ForkProcess] = []
    trained: list[str] = []

    def spawn(status: RunStatus) -> RunStatus:
        trained.append(status.name)
        name = status.name
        children.append(multiprocessing.get_context("fork").Process(target=in_child, args=(name,)))
        children[-1].start()
        return status

    monkeypatch.setattr(runs, "spawn", spawn)
    monkeypatch.setattr(following, "POLL_S", 0.01)
    yield trained
    for child in children:
        child.kill()
        child.join()


def in_child(name: str) -> None:
    os._exit(train(name))


def wanted(parent: Path, *presets: str, task: str = "short", **changes: int) -> Comparison:
    numbers = {"n_seeds": 2, "steps": 2, "n_problems": 4, "n_samples": 2, **changes}
    return Comparison(task=task, parent=str(parent), presets=presets, **numbers)  # type: ignore[arg-type]


def which(found: list[Measured]) -> list[tuple[str, int | None]]:
    return [(one.preset, one.seed) for one in found]


GRID = [(PARENT, None), ("grpo", 1), ("rejection", 1), ("grpo", 2), ("rejection", 2)]


def test_all_presets_and_seeds_and_nothing_twice(
    pico_sft: Path, in_process: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = wanted(pico_sft, "grpo", "rejection")
    found = list(compare(asked, print))
    assert which(found) == GRID
    assert in_process == [
        "rl-grpo-seed1-0001", "rl-rejection-seed1-0001", "rl-grpo-seed2-0001",
        "rl-rejection-seed2-0001",
    ]  # fmt: skip
    parent, *trained = found
    assert (parent.rollouts, parent.seconds, parent.figures["kl"]) == (0, 0.0, 0.0)
    assert parent.sha256 == find_checkpoint(str(pico_sft)).sha256
    assert len({one.sha256 for one in found}) == 5, "two runs came to the same weights"
    for one, name in zip(trained, in_process, strict=True):
        assert (one.checkpoint, one.steps, one.rollouts) == (name, 2, 2 * 4 * 4)
        assert one.seconds
        assert 0 < one.figures["kl"] < 5
        assert (one.figures["n"], one.figures["k"], one.figures["samples"]) == (4, 2, 2)
    monkeypatch.setattr(measuring, "LocalModel", None)
    assert list(compare(asked, print)) == found
    assert len(in_process) == 4


def test_other_numbers_are_other_runs_and_other_figures(
    pico_sft: Path, in_process: list[str]
) -> None:
    small = wanted(pico_sft, "expert", n_seeds=1, steps=1)
    ((_, first), (_, more), (_, longer)) = (
        compare(asked, print)
        for asked in (small, replace(small, n_problems=5), replace(small, steps=2))
    )
    assert in_process == ["rl-expert-seed1-0001", "rl-expert-seed1-0002"]
    assert first.sha256 == more.sha256 != longer.sha256
    assert (first.figures["n"], more.figures["n"]) == (4, 5)


def test_killed_between_two_runs_it_goes_on_with_the_next(
    pico_sft: Path, in_process: list[str]
) -> None:
    asked = wanted(pico_sft, "grpo", "rejection", steps=1)
    broken_off = compare(asked, print)
    before = [next(broken_off) for _ in range(3)]
    broken_off.close()  # type: ignore[attr-defined]
    found = list(compare(asked, print))
    assert which(found) == GRID
    assert found[:3] == before
    assert len(in_process) == len(set(in_process)) == 4


@pytest.mark.parametrize("preset", ["grpo", "dapo"])
def test_a_run_that_was_left_behind_is_resumed(
    pico_sft: Path, in_process: list[str], monkeypatch: pytest.MonkeyPatch, preset: str
) -> None:
    name = f"rl-{preset}-seed1-0001"  # of dapo, the trial
    asked = wanted(pico_sft, preset, n_seeds=1)
    with monkeypatch.context() as patch:

        def die(status: RunStatus) -> RunStatus:
            lost = replace(status, state="failed", message="The power failed.")
            lost.save()
            return lost

        patch.setattr(runs, "spawn", die)
        with pytest.raises(RunError, match=rf"{name!r} failed: The power failed\."):
            list(compare(asked, print))
    assert len(list(compare(asked, print))) == 2
    assert in_process[0] == name


def test_a_preset_that_replaces_groups_takes_fewer_steps(
    pico_sft: Path, beside: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nothing is ever right, so each step draws all its groups three times.
    monkeypatch.setitem(plans._PRESETS, "dapo", {"resample": True})
    told: list[str] = []
    asked = wanted(pico_sft, "grpo", "dapo", task="never", steps=15)
    found = list(compare(asked, told.append))
    assert which(found) == [(p, s) for p, s in GRID[:1]] + [
        ("grpo", 1), ("dapo", 1), ("grpo", 2), ("dapo", 2),
    ]  # fmt: skip
    budget = 15 * 4 * 4
    assert [one.rollouts for one in found] == [0, budget, budget, budget, budget]
    assert [one.steps for one in found] == [0, 15, 5, 15, 5]
    assert any("240 attempts are 5 steps of it, not 15" in line for line in told)
    # A trial, and that of the first seed alone: it was stopped when its budget was spent.
    tried, *others = beside[1], beside[0], *beside[2:]
    assert tried == "rl-dapo-seed1-0001"
    assert runs.read_status(tried).state == "stopped"
    assert 6 <= runs.read_status(tried).step < 15
    assert {runs.read_status(name).state for name in others} == {"done"}
    assert len(beside) == 5
    assert list(compare(asked, print)) == found
    assert len(beside) == 5


def test_stopped_by_hand_the_same_command_goes_on(
    pico_sft: Path,
    beside: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    argv = [
        "probe", "presets", "--task", "short", "--from", str(pico_sft), "--presets", "grpo",
        "--seeds", "1", "--steps", "100", "--n", "4", "--samples", "2", "--n-prompts", "2",
        "--group-size", "3", "--json", "--out", str(tmp_path / "table.md"),
    ]  # fmt: skip
    sleep = following.time.sleep

    def interrupted(seconds: float) -> None:
        events = EventTail(runs.read_status(beside[0]).path).read()
        if any(event["type"] == "rl" for event in events):
            monkeypatch.setattr(following.time, "sleep", sleep)
            raise KeyboardInterrupt
        sleep(0.01)

    monkeypatch.setattr(following.time, "sleep", interrupted)
    assert main(argv) == 130
    out, err = capsys.readouterr()
    assert [run["preset"] for run in json.loads(out)["runs"]] == [PARENT]
    assert "The same command goes on from there." in err
    assert "| parent |" in (tmp_path / "table.md").read_text()
    stopped = runs.read_status("rl-grpo-seed1-0001")
    assert stopped.state == "stopped"
    assert 1 <= stopped.step < 100
    assert main(argv) == 0
    out, _ = capsys.readouterr()
    assert [run["rollouts"] for run in json.loads(out)["runs"]] == [0, 100 * 2 * 3]
    assert beside == ["rl-grpo-seed1-0001"] * 2
    assert "| grpo | 1 |" in (tmp_path / "table.md").read_text()


def another_training(parent: Path) -> Recipe:
    made = recipe("sft", "pico")
    other = runs.create_run(made, from_checkpoint=str(parent), name="other")
    replace(other, state="paused", pid=os.getpid(), heartbeat=time.time()).save()
    return made


def test_a_training_beside_it_ends_in_a_sentence_and_the_table_so_far(
    pico_sft: Path, pico_base: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    another_training(pico_base)
    argv = ["probe", "presets", "--task", "short", "--from", str(pico_sft), "--n", "2",
            "--samples", "1", "--presets", "grpo"]  # fmt: skip
    assert main(argv) == 2
    out, err = capsys.readouterr()
    assert [line.split()[0] for line in out.splitlines()[:2]] == ["preset", "parent"]
    assert "two trainings would slow each other down" in err.splitlines()[-1]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--presets", "grpo,ppo"], "no RL preset 'ppo'"),
        (["--presets", ""], "no RL preset ''"),
        (["--task", "telepathy"], "no task 'telepathy'"),
        (["--seeds", "0"], "0 seeds"),
        (["--steps", "0"], "steps = 0"),
        (["--n", "0"], "n = 0"),
        (["--samples", "0"], "samples = 0"),
        (["--group-size", "1"], "group_size = 1"),
        (["--from", "nobody"], "no checkpoint 'nobody'"),
        (["--from", "nano/base"], "no assistant of this lab"),
        (["--out", "t.csv"], "ends in .md"),
    ],
)
def test_mistakes_are_a_sentence_before_anything_is_trained(
    pico_sft: Path, capsys: pytest.CaptureFixture[str], options: list[str], said: str
) -> None:
    assert main(["probe", "presets", "--task", "short", "--from", str(pico_sft), *options]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert "Traceback" not in err
    assert runs.list_runs() == []
