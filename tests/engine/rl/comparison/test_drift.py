import copy
import random
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from engine.conversation import Turn
from engine.evals.verified import heldout
from engine.local import LocalModel
from engine.rl.batch import banned_in
from engine.rl.comparison.drift import drift
from engine.sampling_params import SamplingParams
from engine.tasks.task import Problem
from engine.tool_loop import ToolLoop
from tests.engine.rl.toys import Short
from tools.registry import Registry

TASK = Short()


@pytest.fixture(scope="module")
def parent(pico_sft: Path) -> LocalModel:
    return LocalModel.load(str(pico_sft))


@pytest.fixture(scope="module")
def problems() -> list[Problem]:
    return heldout(TASK, 8, random.Random(1))


def louder(local: LocalModel, factor: float) -> LocalModel:
    """The same model, surer of what it says; its generator still draws as before."""
    model = copy.deepcopy(local.model)
    with torch.no_grad():
        model.norm.weight.mul_(factor)
    return replace(local, model=model)


def test_a_model_has_not_moved_from_itself(parent: LocalModel, problems: list[Problem]) -> None:
    assert drift(parent, parent, TASK, problems, seed="x") == 0.0


def test_the_further_it_moves_the_larger_it_is(parent: LocalModel, problems: list[Problem]) -> None:
    near, far = (
        drift(louder(parent, factor), parent, TASK, problems, seed="x") for factor in (1.05, 1.5)
    )
    assert 0 < near < far
    assert drift(louder(parent, 1.5), parent, TASK, problems, seed="x") == far


def test_by_hand(parent: LocalModel, problems: list[Problem]) -> None:
    moved, first = louder(parent, 1.5), problems[0]
    loop = ToolLoop(moved, Registry(()), tools=())
    ((answer,),) = loop.samples(
        [[Turn.of("user", first.question)]],
        SamplingParams(temperature=1.0, max_tokens=TASK.max_tokens),
        n=1,
        seeds=[random.Random(f"x:{first.question}").getrandbits(48)],
    )
    prompt = answer.completion.prompt_ids
    ids = torch.tensor([[*prompt, *answer.ids]])
    banned = banned_in(answer.ids, loop.rules, moved.stop_ids(chat=True))
    assert all(banned), "then there would be nothing to leave out"

    def of(local: LocalModel) -> torch.Tensor:
        logits = local.model.unembed(local.model(ids[:, :-1])).float()[0, len(prompt) - 1 :]
        for place, those in zip(logits, banned, strict=True):
            place[list(those)] = -torch.inf
        return -F.cross_entropy(logits, ids[0, len(prompt) :], reduction="none")

    with torch.no_grad():
        log_ratio = of(parent) - of(moved)
    found = drift(moved, parent, TASK, [first], seed="x")
    assert found == pytest.approx(float((log_ratio.exp() - 1 - log_ratio).mean()), rel=1e-4)
