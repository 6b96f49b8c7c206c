from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import tiny_models
import torch

from engine.errors import TrainingDivergedError
from engine.model import Transformer
from engine.rl.batch import Lesson
from engine.rl.learning import Learner
from engine.rl.plan import RlPlan, plan
from engine.train.descent import Descent
from engine.train.packing import Batch
from engine.train.recipe import recipe
from tests.engine.rl.test_batch import lesson


def of_steps(own: RlPlan, **changes: Any) -> Any:
    return replace(recipe("rl", "pico", rl=own), warmup_steps=0, **changes)


class Caught(Descent):
    """Keeps the gradients that it was to follow."""

    def apply(self, step: int, loss: float) -> dict[str, float]:
        self.gradients = {
            name: p.grad.clone() for name, p in self.params.items() if p.grad is not None
        }
        self.loss = loss
        return super().apply(step, loss)


def lessons(advantages: list[float]) -> list[Lesson]:
    made = [lesson(3 + i % 3, 2 + i, forced=(1,) if i == 2 else (), seed=i)
            for i in range(len(advantages))]  # fmt: skip
    return [replace(one, advantage=a) for one, a in zip(made, advantages, strict=True)]


def naive_loss(
    model: Transformer, reference: Transformer, those: list[Lesson], own: RlPlan
) -> torch.Tensor:
    """The loss with the weights that drew, row by row and token by token."""
    counted = [one for one in those if one.counted]
    total = torch.zeros(())
    for one in counted:
        weight = {
            "token": 1 / sum(other.n_drawn for other in counted),
            "sequence": 1 / (len(counted) * one.n_drawn),
            "constant": 1 / (len(counted) * one.limit),
        }[own.normalise]
        ids = torch.tensor([[*one.prompt, *one.turn]])
        logits, at = model.unembed(model(ids))[0], len(one.prompt) - 1
        theirs = reference.unembed(reference(ids))[0].detach()
        for i, token in enumerate(one.turn):
            if not one.drawn[i]:
                continue
            allowed = [v for v in range(97) if v not in one.banned[i]]
            logprob = logits[at + i, token] - logits[at + i, allowed].logsumexp(-1)
            other = theirs[at + i, token] - theirs[at + i, allowed].logsumexp(-1)
            gain = one.advantage * logprob
            kl = (other - logprob).exp() - 1 - (other - logprob)
            total = total - weight * (gain - own.kl * kl)
    return total


@pytest.mark.parametrize("algorithm", ["grpo", "dr_grpo", "dapo", "rejection"])
def test_the_gradient_is_that_of_the_loss_as_it_is_written(algorithm: str) -> None:
    own = replace(plan(algorithm, ("parity",), n_prompts=2, group_size=3), kl=0.04)
    advantages = [1.0, 0.0, -0.5, 0.0, 2.0, -1.0]
    those = lessons(advantages)
    if own.keep != "all":
        those = [replace(one, advantage=float(one.advantage > 0), counted=one.advantage > 0)
                 for one in those]  # fmt: skip
    model, reference = tiny_models.model(), tiny_models.model(seed=5)
    expected = copy.deepcopy(model)
    naive_loss(expected, reference, those, own).backward()
    descent = Caught(model, of_steps(own))
    learned = Learner(model, reference, descent, own).learn(0, those, range(3))
    for name, weight in expected.named_parameters():
        assert torch.allclose(descent.gradients[name], weight.grad, atol=1e-5), name
    assert learned.figures["kl"] > 0
    assert learned.figures["clip_fraction"] == 0
    assert set(learned.after) == {0, 1, 2}
    assert [len(learned.after[i]) for i in range(3)] == [one.n_drawn for one in those[:3]]


def test_it_learns_what_was_good_and_unlearns_what_was_bad() -> None:
    own = plan("dr_grpo", ("parity",), n_prompts=1, group_size=2)
    model = tiny_models.model()
    learner = Learner(model, copy.deepcopy(model), Descent(model, of_steps(own)), own)
    those = lessons([1.0, -1.0])
    before = learner.learn(0, lessons([0.0, 0.0]), range(2)).after
    after = learner.learn(0, those, range(2)).after
    assert sum(after[0]) > sum(before[0])
    assert sum(after[1]) < sum(before[1])


def test_nothing_to_learn_changes_nothing() -> None:
    own = plan("grpo", ("parity",), n_prompts=1, group_size=3)
    model = tiny_models.model()
    before = copy.deepcopy(model.state_dict())
    learned = Learner(model, tiny_models.model(seed=5), Descent(model, of_steps(own)), own).learn(
        0, lessons([0.0, 0.0, 0.0]), range(3)
    )
    assert all(torch.equal(before[name], weight) for name, weight in model.state_dict().items())
    assert learned.figures["grad_norm"] == 0
    assert all(p.grad is None for p in model.parameters())


def test_what_has_no_advantage_still_counts_in_what_is_divided_by() -> None:
    own = plan("dapo", ("parity",), n_prompts=1, group_size=3)
    norms = []
    for counted in (True, False):
        model = tiny_models.model()
        those = lessons([1.0, 0.0, -1.0])
        those[1] = replace(those[1], counted=counted)
        descent = Caught(model, of_steps(own))
        Learner(model, tiny_models.model(), descent, own).learn(0, those, range(0))
        norms.append(sum(float(g.norm() ** 2) for g in descent.gradients.values()) ** 0.5)
    n_all, n_counted = 2 + 3 + 3, 2 + 3
    assert norms[1] / norms[0] == pytest.approx(n_all / n_counted, rel=1e-3)


def test_later_updates_are_held_by_the_clip() -> None:
    own = plan("grpo", ("parity",), n_prompts=2, group_size=3, n_updates=2)
    model = tiny_models.model()
    descent = Descent(model, of_steps(own, muon_lr=0.3, adamw_lr=0.3))
    learned = Learner(model, copy.deepcopy(model), descent, own).learn(
        0, lessons([1.0, 0.0, -1.0, 1.0, 0.0, -1.0]), range(3)
    )
    assert learned.figures["clip_fraction"] > 0


def test_the_gap_to_the_sampler_is_measured_with_the_weights_that_drew() -> None:
    own = plan("grpo", ("parity",), n_prompts=2, group_size=3, n_updates=2)
    model = tiny_models.model()
    those = lessons([1.0, 0.0, -1.0, 1.0, 0.0, -1.0])
    resting = Learner(model, model, Descent(model, of_steps(own)), own)
    now = resting.learn(0, [replace(one, advantage=0.0) for one in those], range(6)).after
    agreed = []
    for number, one in enumerate(those):
        seen = iter(now[number])
        logprobs = tuple(next(seen) + 0.25 if drawn else 0.0 for drawn in one.drawn)
        agreed.append(replace(one, logprobs=logprobs))
    descent = Descent(model, of_steps(own, muon_lr=0.3, adamw_lr=0.3))
    learned = Learner(model, copy.deepcopy(model), descent, own).learn(0, agreed, range(6))
    assert learned.figures["sampler_gap"] == pytest.approx(0.25, abs=1e-5)


def test_other_text_is_learned_beside() -> None:
    own = plan("grpo", ("parity",), n_prompts=1, group_size=3, n_updates=1)
    ids = tiny_models.ids(2, 16).numpy()
    batch = Batch(ids[:, :-1], ids[:, 1:].copy(), np.zeros((2, 15), dtype=np.int64))
    asked: list[int] = []

    def replay(number: int) -> Batch:
        asked.append(number)
        return batch

    model = tiny_models.model()
    learner = Learner(model, model, Descent(model, of_steps(own)), own, replay)
    losses = [learner.learn(step, lessons([0.0] * 3), range(0)).figures["loss"] for step in (0, 1)]
    assert asked == [0, 1]
    assert losses[1] < losses[0]


def test_not_a_number_is_loud_and_changes_nothing() -> None:
    own = plan("dapo", ("parity",), n_prompts=1, group_size=3)
    model = tiny_models.model()
    before = copy.deepcopy(model.state_dict())
    those = lessons([float("nan"), 0.0, 1.0])
    with pytest.raises(TrainingDivergedError, match="nan"):
        Learner(model, model, Descent(model, of_steps(own)), own).learn(0, those, range(0))
    assert all(torch.equal(before[name], weight) for name, weight in model.state_dict().items())
