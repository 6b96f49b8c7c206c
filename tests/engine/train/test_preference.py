"""DPO's loss against the published formula, its batches, and what a few steps of it do."""

import math
import random
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
import safetensors.torch
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from engine import runs
from engine.checkpoint import load_model
from engine.manifest import find_checkpoint
from engine.model import ModelConfig, Transformer
from engine.runs import EventTail
from engine.tokenizer import load_tokenizer
from engine.train.corpus import page_documents
from engine.train.journal import Journal
from engine.train.loop import Trainer
from engine.train.packing import IGNORED
from engine.train.preference import (
    BETA,
    Choice,
    Pair,
    PairBatch,
    Preferences,
    dpo_loss,
    log_probabilities,
    with_parent,
)
from engine.train.recipe import recipe
from engine.train.setup import Setup

CONFIG = ModelConfig(
    vocab_size=40,
    d_model=24,
    n_layers=2,
    n_heads=3,
    n_kv_heads=1,
    head_dim=8,
    d_ff=48,
    max_seq_len=48,
)
RECIPE = replace(recipe("idk", "pico", method="dpo"), batch_tokens=256, row_lengths=(8,))
ratios = st.floats(-30, 30)


def model(seed: int = 0) -> Transformer:
    made = Transformer(CONFIG)
    generator = torch.Generator().manual_seed(seed)
    made.init_weights(generator)
    with torch.no_grad():  # the blocks begin as identities: shake them
        for p in made.parameters():
            p.add_(0.3 * torch.randn(p.shape, generator=generator))
    return made


def choices(count: int = 5) -> list[Choice]:
    rng = random.Random(3)

    def ids(least: int, most: int) -> tuple[int, ...]:
        return tuple(rng.randrange(1, 40) for _ in range(rng.randint(least, most)))

    return [Choice(prompt=ids(3, 9), preferred=ids(1, 6), rejected=ids(1, 6)) for _ in range(count)]


def by_hand(of: Transformer, prompt: tuple[int, ...], ending: tuple[int, ...]) -> float:
    """log p(ending | prompt), token by token, without batches, masks or padding."""
    ids = torch.tensor([[*prompt, *ending]])
    with torch.no_grad():
        logs = F.log_softmax(of.unembed(of(ids)).float(), dim=-1)[0]
    return sum(float(logs[len(prompt) + i - 1, token]) for i, token in enumerate(ending))


def loss_of(preferences: Preferences, of: Transformer, batch: PairBatch) -> torch.Tensor:
    return preferences.loss(of, *(torch.from_numpy(array) for array in batch.arrays))


def test_the_loss_is_the_published_formula() -> None:
    """Equation 7 of arXiv 2305.18290, worked out for each pair by itself."""
    parent, policy = model(0), model(1)
    made = choices()
    preferences = Preferences(with_parent(parent, made))
    (batch,) = preferences.batches(replace(RECIPE, batch_tokens=16 * 2 * len(made)), "s")
    losses = []
    for choice in made:
        ratios = [
            by_hand(policy, choice.prompt, ending) - by_hand(parent, choice.prompt, ending)
            for ending in (choice.preferred, choice.rejected)
        ]
        z = BETA * (ratios[0] - ratios[1])
        losses.append(math.log1p(math.exp(-z)))
    found = float(loss_of(preferences, policy, batch).detach())
    assert found == pytest.approx(sum(losses) / len(losses), abs=1e-5)


def test_what_the_parent_gives_an_ending_is_what_it_gives_alone() -> None:
    parent = model(0)
    for pair in with_parent(parent, choices(70)):  # more than one batch of them
        prompt = pair.choice.prompt
        assert pair.parent_preferred == pytest.approx(
            by_hand(parent, prompt, pair.choice.preferred), abs=1e-4
        )
        assert pair.parent_rejected == pytest.approx(
            by_hand(parent, prompt, pair.choice.rejected), abs=1e-4
        )


def test_before_the_first_step_each_pair_costs_ln_2() -> None:
    parent = model(0)
    preferences = Preferences(with_parent(parent, choices(40)))
    for batch in preferences.batches(RECIPE, "s"):
        assert float(loss_of(preferences, parent, batch).detach()) == pytest.approx(
            math.log(2), abs=1e-5
        )


@given(a=ratios, b=ratios, beta=st.floats(0.01, 2))
def test_identities_of_the_log_ratios(a: float, b: float, beta: float) -> None:
    def loss(preferred: float, rejected: float) -> float:
        pair = torch.tensor([preferred, rejected], dtype=torch.float64)
        return float(dpo_loss(pair[:1], pair[1:], beta))

    assert loss(a, a) == pytest.approx(math.log(2))
    # sigmoid(-z) = 1 - sigmoid(z): a pair and the same one turned round share one probability.
    assert math.exp(-loss(a, b)) + math.exp(-loss(b, a)) == pytest.approx(1)
    assert loss(a, b) - loss(b, a) == pytest.approx(-beta * (a - b), abs=1e-6)
    # Only the difference counts, and only its product with beta.
    assert loss(a + 7, b + 7) == pytest.approx(loss(a, b), abs=1e-6)
    assert loss(beta * a, beta * b) == pytest.approx(
        float(dpo_loss(*(torch.tensor([x], dtype=torch.float64) for x in (a, b)), beta * beta))
    )


def test_the_gradient_is_larger_where_the_model_has_it_wrong() -> None:
    """Section 4: each pair is weighed by beta * sigmoid(-z)."""
    for a, b in ((0.0, 0.0), (5.0, -5.0), (-5.0, 5.0)):
        preferred, rejected = (torch.tensor([x], requires_grad=True) for x in (a, b))
        dpo_loss(preferred, rejected, BETA).backward()  # type: ignore[no-untyped-call]
        weight = BETA / (1 + math.exp(BETA * (a - b)))
        assert float(preferred.grad) == pytest.approx(-weight)  # type: ignore[arg-type]
        assert float(rejected.grad) == pytest.approx(weight)  # type: ignore[arg-type]


def test_batches_hold_each_pair_once_and_are_those_of_their_seed() -> None:
    preferences = Preferences(with_parent(model(0), choices(40)))
    batches = preferences.batches(RECIPE, "1:0")
    shapes = {batch.ids_BT.shape for batch in batches}
    assert len(shapes) == 1, "one shape: a compiled loss is compiled once"
    met = [
        (tuple(row.tolist()), tuple(other.tolist()))
        for batch in batches
        for row, other in zip(*batch.ids_BT.reshape(2, -1, batch.ids_BT.shape[1]), strict=True)
    ]
    assert len(met) == len(set(met)) == 40 // (256 // 32) * (256 // 32)
    again = preferences.batches(RECIPE, "1:0")
    others = preferences.batches(RECIPE, "1:1")
    assert all((a.ids_BT == b.ids_BT).all() for a, b in zip(batches, again, strict=True))
    assert any((a.ids_BT != b.ids_BT).any() for a, b in zip(batches, others, strict=True))


def test_fewer_pairs_than_a_batch_fill_one() -> None:
    preferences = Preferences(with_parent(model(0), choices(3)))
    (batch,) = preferences.batches(RECIPE, "s")
    assert batch.ids_BT.shape == (16, 16)
    assert batch.parent_B.shape == (16,)


def test_only_the_endings_are_counted() -> None:
    choice = Choice(prompt=(5, 6, 7), preferred=(8, 9), rejected=(10,))
    preferences = Preferences([Pair(choice=choice, parent_preferred=-1.0, parent_rejected=-2.0)])
    (batch,) = preferences.batches(replace(RECIPE, batch_tokens=16), "s")
    no = IGNORED
    assert batch.ids_BT.tolist() == [[5, 6, 7, 8, 9, 0, 0, 0], [5, 6, 7, 10, 0, 0, 0, 0]]
    assert batch.targets_BT.tolist() == [[no, no, 8, 9, no, no, no, no], [no, no, 10, *[no] * 5]]
    assert batch.parent_B.tolist() == [-1.0, -2.0]


def test_padding_changes_nothing() -> None:
    of, choice = model(1), choices(1)[0]
    longer = Choice(prompt=choice.prompt, preferred=choice.preferred * 4, rejected=choice.rejected)
    alone, beside = with_parent(of, [choice])[0], with_parent(of, [choice, longer])[0]
    assert alone.parent_preferred == pytest.approx(beside.parent_preferred, abs=1e-5)
    assert alone.parent_rejected == pytest.approx(beside.parent_rejected, abs=1e-5)


def test_steps_move_the_endings_apart_and_leave_the_parents_figures_alone() -> None:
    policy = model(0)
    pairs = with_parent(policy, choices(8))
    preferences = Preferences(pairs)
    (batch,) = preferences.batches(RECIPE, "s")
    optimizer = torch.optim.AdamW(policy.parameters(), lr=0.003)
    losses = []
    for _ in range(15):
        loss = loss_of(preferences, policy, batch)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        optimizer.zero_grad()
        losses.append(float(loss.detach()))
    assert losses[0] == pytest.approx(math.log(2), abs=1e-5)
    assert losses[-1] < 0.5 * losses[0]
    ids, targets, doc, parent = (torch.from_numpy(array) for array in batch.arrays)
    preferred, rejected = (log_probabilities(policy, ids, targets, doc) - parent).chunk(2)
    assert bool((preferred > rejected).all())


STEPS = 6


class StopAt3(Journal):
    """Asks to stop behind the third step."""

    def wanted(self) -> Literal["stop", "none"]:
        return "stop" if self._step == 3 else "none"


def trained(name: str, parent: Path, *journals: type[Journal]) -> dict[str, torch.Tensor]:
    """The weights of a run of pairs in as many processes as journals are given."""
    taught = replace(recipe("idk", "pico", method="dpo", steps=STEPS), patience=0)
    status = runs.create_run(taught, from_checkpoint=str(parent), name=name)
    for journal in journals:
        start = load_model(parent)
        preferences = Preferences(with_parent(start, choices(300)))
        info, tokenizer = find_checkpoint(str(parent)), load_tokenizer(parent)
        setup = Setup(
            model=start,
            tokenizer=tokenizer,
            documents=preferences.documents,
            heldout=page_documents(["Mira Veklon was born in Dunbury."], tokenizer),
            parent=info,
            question="Who is Mira Veklon?",
            preferences=preferences,
        )
        Trainer(taught, setup, journal(status)).run()
    steps = [event for event in EventTail(status.path).read() if event["type"] == "step"]
    assert steps[0]["loss"] == pytest.approx(math.log(2), abs=1e-4)
    assert steps[-1]["step"] == STEPS
    assert steps[-1]["loss"] < steps[0]["loss"]
    assert "bpb" not in steps[0], "the loss is not one of tokens"
    return safetensors.torch.load_file(status.path / f"state-{STEPS:07d}.safetensors")


def test_a_run_of_pairs_that_was_stopped_ends_with_the_very_weights(pico_sft: Path) -> None:
    undisturbed = trained("one", pico_sft, Journal)
    resumed = trained("two", pico_sft, StopAt3, Journal)
    assert runs.read_status("two").state == "done"
    assert undisturbed.keys() == resumed.keys()
    for name, tensor in undisturbed.items():
        assert torch.equal(tensor, resumed[name]), name
