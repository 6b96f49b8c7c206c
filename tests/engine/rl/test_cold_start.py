"""The cold start: what it practises, and that a run goes on from any point of it."""

from __future__ import annotations

import random
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch

from engine import runs, special
from engine.checkpoint import load_model
from engine.data.web import web_of
from engine.errors import RunError
from engine.manifest import find_checkpoint
from engine.model import Transformer
from engine.native import prepare
from engine.rl.check import check_parent
from engine.rl.cold_start import fine_tuning, practice_documents
from engine.rl.plan import RlPlan, plan
from engine.runs import EventTail, RunStatus
from engine.tasks.catalogue import STEP_BY_STEP, practice, task_named
from engine.tasks.task import Problem, Said
from engine.tokenizer import load_tokenizer
from engine.train.__main__ import train
from engine.train.journal import Journal
from engine.train.line import Figures, Line
from engine.train.recipe import recipe
from tests.engine.rl.dying import in_child

COLD, STEPS = 3, 2
PARITY = ("parity",)


def own_plan(**changes: Any) -> RlPlan:
    # The replayed text gives every step something to learn, whatever is attempted.
    values = {"cold_start": COLD, "n_heldout": 2, "replay_tokens": 256, **changes}
    return plan("grpo", PARITY, size="pico", **values)


def new_run(parent: Path) -> RunStatus:
    made = replace(recipe("rl", "pico", rl=own_plan(), steps=STEPS), save_every_s=0.0)
    return runs.create_run(made, from_checkpoint=str(parent), name=None)


def state(status: RunStatus, step: int, folder: str = ".") -> dict[str, torch.Tensor]:
    return safetensors.torch.load_file(status.path / folder / f"state-{step:07d}.safetensors")


def events_of(status: RunStatus, kind: str) -> list[dict[str, Any]]:
    return [event for event in EventTail(status.path).read() if event["type"] == kind]


@pytest.fixture(scope="module")
def undisturbed(pico_sft: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunStatus]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LLMLAB_HOME", str(tmp_path_factory.mktemp("undisturbed")))
        prepare().result()
        status = new_run(pico_sft)
        assert train(status.name) == 0, (status.path / "status.json").read_text()
        yield status


def test_practice_is_right_and_of_the_training_split() -> None:
    rng = random.Random(1)
    asked = 0
    for _ in range(300):
        question, answer = practice(rng, PARITY)
        plain = question.removesuffix(" " + STEP_BY_STEP)
        ones = sum(word.strip("?.,") == "1" for word in plain.split())
        right = ("even", "odd")[ones % 2]
        problem = Problem(task="parity", question=plain, answer=right, worked="")
        assert problem.split == "train"
        said = Said(text=answer, ended=True)
        assert task_named("parity").rewards(problem, said)["correct"] == 1
        if question != plain:
            asked += 1
            assert answer.count(",") >= 3, "steps were asked for"
    assert 100 < asked < 200


def test_its_documents_are_as_long_as_its_steps(pico_sft: Path) -> None:
    own, tokenizer = recipe("rl", "pico", rl=own_plan()), load_tokenizer(pico_sft)
    web = web_of(own.world)
    documents = practice_documents(own, own_plan(), web, tokenizer)
    tokens = sum(len(document.ids) for document in documents)
    wanted = COLD * own.batch_tokens
    assert wanted <= tokens < 1.2 * wanted
    texts = [tokenizer.decode(document.ids) for document in documents]
    assert sum("ones" in text for text in texts) > len(texts) / 4
    assert practice_documents(own, own_plan(cold_start=0), web, tokenizer) == []


def test_it_takes_the_rates_of_fine_tuning() -> None:
    own = recipe("rl", "nano", rl=plan("dapo", PARITY, cold_start=7), steps=5)
    sft = recipe("sft", "nano")
    cold = fine_tuning(own, plan("dapo", PARITY, cold_start=7))
    assert own.steps == 12
    assert (cold.steps, cold.muon_lr, cold.adamw_lr) == (7, sft.muon_lr, sft.adamw_lr)


def test_a_cold_start_as_long_as_the_run_is_refused() -> None:
    own = recipe("rl", "pico", rl=own_plan(), steps=STEPS)
    with pytest.raises(RunError, match=r"cold start of 3 steps leaves none of 3"):
        replace(own, steps=COLD)


def test_attempts_begin_behind_it(undisturbed: RunStatus) -> None:
    assert [event["step"] for event in events_of(undisturbed, "step")] == [1, 2, 3, 4, 5]
    attempted = events_of(undisturbed, "rl")
    assert [event["step"] for event in attempted] == [4, 5]
    assert attempted[0]["kl"] < 1e-6, "compared with the parent, not with where attempts began"
    assert attempted[1]["kl"] > 0
    assert [event["step"] for event in events_of(undisturbed, "rl_eval")] == [0, COLD, 5]
    rates = [event["lr"] for event in events_of(undisturbed, "step")]
    assert rates[COLD] < rates[0] < rates[COLD - 1], "the warm-up of attempts, at their rates"


def test_moments_of_the_practice_are_forgotten(undisturbed: RunStatus) -> None:
    parameters = {name.partition("/")[0] for name in state(undisturbed, COLD, "reference")}
    assert parameters == {"param"}
    moments = [t for name, t in state(undisturbed, 4).items() if name.startswith("adamw/step/")]
    assert {float(step) for step in moments} == {1.0}


def test_the_line_of_the_search_is_set_behind_it(undisturbed: RunStatus) -> None:
    (told,) = events_of(undisturbed, "finish")
    assert told["step"] == COLD + STEPS
    assert 0 <= told["searched_known"] <= 1


def test_a_step_says_that_it_is_of_the_cold_start(undisturbed: RunStatus) -> None:
    told = [event.get("cold_start") for event in events_of(undisturbed, "step")]
    assert told == [COLD, COLD, COLD, None, None]


def test_stopped_in_it_the_line_is_set_and_resumed_the_weights_before_go_on(
    undisturbed: RunStatus, pico_sft: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def set_line(self: Line, model: Transformer) -> Figures:
        with torch.no_grad():
            model.lm_head.weight[self.token] = 7.0
        return {"search_lowered": 1.0}

    asked = iter(["none", "none", "stop"])
    monkeypatch.setattr(Line, "set", set_line)
    monkeypatch.setattr(Journal, "wanted", lambda self: next(asked, "none"))
    status = new_run(pico_sft)
    assert train(status.name) == 0
    assert runs.read_status(status.name).state == "stopped"
    (told,) = events_of(status, "finish")
    assert (told["step"], told["search_lowered"]) == (2, 1.0)
    info = find_checkpoint(status.name)
    search = load_tokenizer(info.path).special[special.SEARCH_START]
    assert (load_model(info.path).lm_head.weight[search] == 7.0).all()
    assert not any((t == 7.0).any() for t in state(status, 2).values()), "it would be learned from"
    runs.prepare_resume(status.name)
    assert train(status.name) == 0
    expected = state(undisturbed, COLD + STEPS)
    assert all(torch.equal(t, expected[name]) for name, t in state(status, COLD + STEPS).items())


@pytest.mark.parametrize(
    ("where", "number", "after"),
    [
        ("ColdStart.learn", 2, True),
        ("loop.save_state", 3, False),  # at the end, before the weights to compare with
        ("loop.save_state", 3, True),  # those are written, the state is not
        ("loop.save_state", 4, True),
        ("Learner.learn", 2, False),
    ],
)
def test_killed_and_resumed_it_ends_with_the_same_weights(
    undisturbed: RunStatus, pico_sft: Path, where: str, number: int, after: bool
) -> None:
    status = new_run(pico_sft)
    assert in_child(status.name, where, number, after) == -signal.SIGKILL
    runs.prepare_resume(status.name)
    assert in_child(status.name) == 0, (status.path / "status.json").read_text()
    expected = state(undisturbed, COLD + STEPS)
    for name, tensor in state(status, COLD + STEPS).items():
        assert torch.equal(tensor, expected[name]), name
    assert find_checkpoint(status.name).sha256 == find_checkpoint(undisturbed.name).sha256
    measured = [event["step"] for event in events_of(status, "rl_eval")]
    assert measured == [event["step"] for event in events_of(undisturbed, "rl_eval")]
    for kind in ("rl", "step"):
        losses = [event["loss"] for event in events_of(status, kind)]
        assert losses == [event["loss"] for event in events_of(undisturbed, kind)]


def test_without_what_it_is_compared_with_it_does_not_go_on(
    undisturbed: RunStatus, pico_sft: Path
) -> None:
    status = new_run(pico_sft)
    assert in_child(status.name, "Learner.learn", 2, False) == -signal.SIGKILL
    for path in (status.path / "reference").iterdir():
        path.unlink()
    runs.prepare_resume(status.name)
    assert in_child(status.name) == 2
    assert "reference is gone" in runs.read_status(status.name).message


def test_what_offers_a_tool_is_not_practised(pico_sft: Path) -> None:
    own = recipe("rl", "pico", rl=plan("grpo", ("tool_sums", "parity"), cold_start=COLD))
    assert own.rl is not None
    tokenizer = load_tokenizer(pico_sft)
    documents = practice_documents(own, own.rl, web_of(own.world), tokenizer)
    texts = [tokenizer.decode(document.ids) for document in documents]
    assert sum("ones" in text for text in texts) > len(texts) / 4
    alone = plan("grpo", ("tool_sums",), cold_start=COLD)
    with pytest.raises(RunError, match="tool_sums are solved with tools"):
        check_parent(alone, find_checkpoint("nano/sft"))
