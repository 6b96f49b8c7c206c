"""A whole run on a pico assistant: what it writes, and that no interruption changes its weights."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch

from engine import runs
from engine.errors import RunError
from engine.manifest import find_checkpoint, read_manifest
from engine.rl.plan import ALGORITHMS, RlPlan, plan
from engine.rl.reader import RlReader
from engine.runs import EventTail, RunStatus
from engine.tasks import catalogue
from engine.train.__main__ import train
from engine.train.journal import Journal
from engine.train.recipe import recipe
from tests.engine.rl.dying import in_child
from tests.engine.rl.toys import Short, add_toys

STEPS = 5


@pytest.fixture(autouse=True)
def _toy_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    add_toys(monkeypatch)


def new_run(parent: Path, own: RlPlan | None = None, *, steps: int = STEPS) -> RunStatus:
    own = own or plan("grpo", ("short",), size="pico", n_updates=2, replay_tokens=256)
    made = replace(recipe("rl", "pico", rl=own, steps=steps), save_every_s=0.0, eval_every=2)
    return runs.create_run(made, from_checkpoint=str(parent), name=None)


def weights(status: RunStatus, steps: int = STEPS) -> dict[str, torch.Tensor]:
    return safetensors.torch.load_file(status.path / f"state-{steps:07d}.safetensors")


def events_of(status: RunStatus, *kinds: str) -> list[dict[str, Any]]:
    return [event for event in EventTail(status.path).read() if event["type"] in kinds]


@pytest.fixture(scope="module")
def undisturbed(pico_sft: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunStatus]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LLMLAB_HOME", str(tmp_path_factory.mktemp("undisturbed")))
        add_toys(patch)
        status = new_run(pico_sft)
        assert train(status.name) == 0, (status.path / "status.json").read_text()
        yield status


def test_a_run_tells_all_of_itself(undisturbed: RunStatus) -> None:
    steps = events_of(undisturbed, "rl")
    assert [event["step"] for event in steps] == [1, 2, 3, 4, 5]
    assert {
        "reward", "pass_at_1", "reward_parts", "length", "length_correct", "length_wrong",
        "entropy", "kl", "clip_fraction", "zero_variance", "ended", "sampler_gap", "n_attempts",
        "rollout_s", "train_s", "rollout_tokens_per_s", "train_tokens_per_s", "loss", "grad_norm",
        "lr", "tokens", "elapsed_s",
    } <= steps[0].keys()  # fmt: skip
    assert all(event["sampler_gap"] < 1e-3 for event in steps)
    assert 0 <= steps[0]["kl"] < steps[-1]["kl"], "it has not moved away from its parent"
    measured = events_of(undisturbed, "rl_eval")
    assert [event["step"] for event in measured] == [0, 2, 4, 5]
    assert measured[0]["tasks"]["short"].keys() == {"pass_at_1", "pass_at_k", "k", "length", "n"}
    assert [event["step"] for event in events_of(undisturbed, "step")] == [1, 2, 3, 4, 5]
    assert events_of(undisturbed, "sample")[-1]["prompt"].startswith("What is")


def test_its_rollouts_can_be_replayed(undisturbed: RunStatus) -> None:
    reader = RlReader(undisturbed.path)
    assert reader.steps() == [1, 2, 3, 4, 5]
    groups = reader.groups(3)
    assert len(groups) == 4
    for group in groups:
        assert (group.step, group.task, len(group.attempts)) == (3, "short", 4)
        for attempt in group.attempts:
            assert attempt.logprobs_after is not None
            pairs = zip(attempt.logprobs, attempt.logprobs_after, strict=True)
            assert max(abs(before - after) for before, after in pairs) < 2


def test_its_checkpoint_chats_and_says_what_made_it(undisturbed: RunStatus, pico_sft: Path) -> None:
    (folder,) = (undisturbed.path / "checkpoints").iterdir()
    manifest = read_manifest(folder)
    assert (manifest["stage"], manifest["step"], manifest["chats"]) == ("rl", STEPS, True)
    assert manifest["tools"] == read_manifest(pico_sft)["tools"]
    assert manifest["parent"]["sha256"] == find_checkpoint(str(pico_sft)).sha256
    assert manifest["tokens"] == events_of(undisturbed, "rl")[-1]["tokens"]
    assert 0 <= manifest["metrics"]["short_pass_at_1"] <= 1
    curve = (folder / "curve.jsonl").read_text()
    assert '"type": "rl_eval"' in curve
    assert '"type": "rl"' in curve


@pytest.mark.parametrize(
    ("where", "number", "after"),
    [
        ("Learner.learn", 1, False),  # before anything is saved
        ("Learner.learn", 3, True),  # new weights, of which nobody knows yet
        ("loop.write_step", 2, True),  # rollouts without their event
        ("Journal.event", 6, True),
        ("loop.save_state", 3, False),
        ("loop.save_state", 3, True),
    ],
)
def test_killed_and_resumed_it_ends_with_the_same_weights(
    undisturbed: RunStatus, pico_sft: Path, where: str, number: int, after: bool
) -> None:
    status = new_run(pico_sft)
    assert in_child(status.name, where, number, after) == -signal.SIGKILL
    assert runs.read_status(status.name).state == "lost"
    assert not (status.path / f"state-{STEPS:07d}.safetensors").exists()
    runs.prepare_resume(status.name)
    assert in_child(status.name) == 0, (status.path / "status.json").read_text()
    expected = weights(undisturbed)
    for name, tensor in weights(status).items():
        assert torch.equal(tensor, expected[name]), name
    for kind in ("rl", "rl_eval"):
        told, whole = events_of(status, kind), events_of(undisturbed, kind)
        assert [event["step"] for event in told] == [event["step"] for event in whole]
    figures = [[event["reward"], event["loss"], event["tokens"]]
               for event in events_of(status, "rl")]  # fmt: skip
    assert figures == [[event["reward"], event["loss"], event["tokens"]]
                       for event in events_of(undisturbed, "rl")]  # fmt: skip
    mine, theirs = RlReader(status.path), RlReader(undisturbed.path)
    assert [mine.groups(step) for step in mine.steps()] == [
        theirs.groups(step) for step in theirs.steps()
    ]


def test_paused_and_stopped_and_resumed_it_ends_with_the_same_weights(
    undisturbed: RunStatus, pico_sft: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    status = new_run(pico_sft)
    asked = iter(["none", "none", "pause", "pause", "stop"])
    monkeypatch.setattr(Journal, "wanted", lambda self: next(asked, "none"))
    assert train(status.name) == 0
    stopped = runs.read_status(status.name)
    assert (stopped.state, stopped.step) == ("stopped", 2)
    assert find_checkpoint(status.name).step == 2, "what it learned can be tried"
    assert [event["state"] for event in events_of(status, "state")][-2:] == ["paused", "stopped"]
    runs.prepare_resume(status.name)
    assert train(status.name) == 0
    expected = weights(undisturbed)
    assert all(torch.equal(t, expected[name]) for name, t in weights(status).items())


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("task", ["short", "never"])
def test_every_preset_runs(pico_sft: Path, algorithm: str, task: str) -> None:
    # A punishment for length would be something to learn where nothing is right.
    own = plan(algorithm, (task,), size="pico", n_heldout=2, overlong_buffer=0)
    status = new_run(pico_sft, own, steps=2)
    assert train(status.name) == 0, (status.path / "status.json").read_text()
    told = events_of(status, "rl")
    assert len(told) == 2
    if task == "never":
        before, after = find_checkpoint(str(pico_sft)), find_checkpoint(status.name)
        assert after.sha256 == before.sha256, "nothing to learn, and yet something changed"


def test_what_cannot_learn_is_refused_before_there_is_a_run(
    pico_base: Path, pico_sft: Path
) -> None:
    own = plan("grpo", ("short",), size="pico")
    with pytest.raises(RunError, match=r"no assistant of this lab.*Choose an sft or idk"):
        new_run(pico_base, own)
    with pytest.raises(RunError, match="no task 'long'"):
        new_run(pico_sft, replace(own, tasks=("long",)))
    assert runs.list_runs() == []


def test_a_tool_that_was_never_learned_is_refused(
    pico_sft: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(catalogue.TASKS, "short", Short(tools=("abacus",)))
    with pytest.raises(RunError, match="offers the tool 'abacus'"):
        new_run(pico_sft)
