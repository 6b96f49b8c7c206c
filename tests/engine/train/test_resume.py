"""A run that was stopped, killed or paused ends with the very weights of an undisturbed one."""

import json
import os
import shutil
import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest
import safetensors.torch
import torch

from engine import runs
from engine.errors import RunError, TrainingDivergedError
from engine.files import read_json
from engine.runs import EventTail, RunStatus
from engine.train.__main__ import train
from engine.train.journal import Journal
from engine.train.loop import Trainer
from engine.train.recipe import Recipe
from engine.train.setup import prepare
from engine.train.state import load_state

STEPS = 12


def new_run() -> RunStatus:
    recipe = replace(runs.recipe("base", "pico", steps=STEPS), save_every_s=0.01, eval_every=5)
    return runs.create_run(recipe, from_checkpoint=None, name=None)


def weights(status: RunStatus) -> dict[str, torch.Tensor]:
    return safetensors.torch.load_file(status.path / f"state-{STEPS:07d}.safetensors")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, torch.Tensor]:
    before = os.environ.get("LLMLAB_HOME", "")
    os.environ["LLMLAB_HOME"] = str(tmp_path_factory.mktemp("undisturbed"))
    try:
        status = new_run()
        assert train(status.name) == 0
        return weights(status)
    finally:
        os.environ["LLMLAB_HOME"] = before


def assert_equal(got: dict[str, torch.Tensor], expected: dict[str, torch.Tensor]) -> None:
    assert got.keys() == expected.keys()
    for name, tensor in expected.items():
        assert torch.equal(got[name], tensor), name


def wait_until(status: RunStatus, *states: str, step: int = 0) -> RunStatus:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        current = runs.read_status(status.name)
        steps = [e["step"] for e in EventTail(status.path).read() if e["type"] == "step"]
        if current.state in states and max(steps, default=0) >= step:
            return current
        time.sleep(0.02)
    raise AssertionError(f"{current} {(status.path / 'log.txt').read_text()}")


def test_killed_and_resumed_is_bit_identical(undisturbed: dict[str, torch.Tensor]) -> None:
    status = runs.spawn(new_run())
    running = wait_until(status, "running", step=1)
    assert running.pid is not None
    os.kill(running.pid, signal.SIGKILL)
    assert wait_until(status, "lost").state == "lost"
    assert not (status.path / f"state-{STEPS:07d}.safetensors").exists()
    runs.resume_run(status.name)
    wait_until(status, "done")
    assert_equal(weights(status), undisturbed)
    steps = [e["step"] for e in EventTail(status.path).read() if e["type"] == "eval"]
    assert steps == sorted(set(steps[:-1])) + steps[-1:], "an event was lost or told twice"


def test_paused_stopped_and_resumed_is_bit_identical(
    undisturbed: dict[str, torch.Tensor],
) -> None:
    status = runs.spawn(new_run())
    wait_until(status, "starting", "running")
    runs.request(status.name, "pause")
    paused = wait_until(status, "paused")
    runs.request(status.name, "continue")
    wait_until(status, "running", "done")
    if runs.read_status(status.name).state == "running":
        runs.request(status.name, "stop")
    if wait_until(status, "stopped", "done").state == "stopped":
        runs.resume_run(status.name)
        wait_until(status, "done")
    assert paused.step < STEPS
    assert_equal(weights(status), undisturbed)


def test_a_damaged_newest_state_falls_back_to_the_one_before(
    undisturbed: dict[str, torch.Tensor],
) -> None:
    status = new_run()
    trainer = in_process(status)
    trainer.recipe = replace(trainer.recipe, steps=STEPS)
    trainer.run()
    states = sorted(status.path.glob("state-*.safetensors"))
    assert len(states) == 2
    states[-1].write_bytes(states[-1].read_bytes()[:1000])
    shutil.rmtree(status.path / "checkpoints")
    again = in_process(status)
    again.run()
    assert_equal(weights(status), undisturbed)
    for path in status.path.glob("state-*.safetensors"):
        path.write_bytes(b"x")
    with pytest.raises(RunError, match="No saved state"):
        load_state(status.path, again.params, again.optimizers)


def in_process(status: RunStatus) -> Trainer:
    recipe = Recipe.from_json(read_json(status.path / "recipe.json"))
    return Trainer(recipe, prepare(recipe, None, torch.device("cpu")), Journal(status))


def test_nan_is_loud_and_keeps_the_last_state() -> None:
    status = new_run()
    trainer = in_process(status)
    with torch.no_grad():
        trainer.model.norm.weight[0] = float("nan")
    with pytest.raises(TrainingDivergedError, match=r"nan.*step 1.*lower learning rate"):
        trainer.run()
    assert not list(status.path.glob("state-*"))


def test_a_failure_ends_as_a_sentence_in_the_status(capsys: pytest.CaptureFixture[str]) -> None:
    status = new_run()
    recipe = read_json(status.path / "recipe.json")
    (status.path / "recipe.json").write_text(json.dumps({**recipe, "surprise": 1}))
    assert train(status.name) == 2
    failed = runs.read_status(status.name)
    assert failed.state == "failed"
    assert "surprise" in failed.message
    assert "surprise" in capsys.readouterr().err


def test_a_pico_run_learns_and_tells(pico_home: Path) -> None:
    events = EventTail(pico_home / "runs" / "base-0001").read()
    steps = [e for e in events if e["type"] == "step"]
    evals = [e for e in events if e["type"] == "eval"]
    assert steps[-1]["step"] == 60
    assert steps[-1]["loss"] < 0.65 * steps[0]["loss"]
    assert {"loss", "bpb", "tokens_per_s", "lr", "grad_norm", "tokens", "elapsed_s"} <= steps[
        0
    ].keys()
    assert evals[-1]["val_bpb"] < evals[0]["val_bpb"]
    assert [e["text"] for e in events if e["type"] == "sample"]
    assert events[-1]["state"] == "done"
