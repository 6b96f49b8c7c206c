from __future__ import annotations

import math

import pytest
import torch

from engine.rl.loss import attempt_weights, clipped_gain, divergence


@pytest.mark.parametrize(
    ("ratio", "advantage", "gain", "held"),
    [
        (1.0, 2.0, 2.0, False),
        (1.1, 2.0, 2.2, False),
        (1.5, 2.0, 2.56, True),  # likelier than the clip allows: no more to be gained
        (0.5, 2.0, 1.0, False),  # less likely though it was good: learned from freely
        (0.5, -2.0, -1.6, True),
        (1.5, -2.0, -3.0, False),
        (1.5, 0.0, 0.0, False),
    ],
)
def test_the_clip_by_hand(ratio: float, advantage: float, gain: float, held: bool) -> None:
    logprob = torch.tensor([math.log(ratio) - 3], dtype=torch.float64, requires_grad=True)
    old = torch.tensor([-3.0], dtype=torch.float64)
    found = clipped_gain(logprob, old, torch.tensor([advantage]).double(), low=0.2, high=0.28)
    assert found.gain_N.item() == pytest.approx(gain)
    assert bool(found.held_N) is held
    found.gain_N.sum().backward()
    assert logprob.grad is not None
    assert logprob.grad.item() == pytest.approx(0.0 if held else ratio * advantage)


def test_no_gradient_flows_into_what_drew() -> None:
    old = torch.tensor([-1.0, -2.0], requires_grad=True)
    new = torch.tensor([-1.1, -1.9], requires_grad=True)
    clipped_gain(new, old, torch.tensor([1.0, -1.0]), low=0.2, high=0.2).gain_N.sum().backward()
    assert old.grad is None


def test_with_the_weights_that_drew_the_gradient_is_that_of_the_log_probability() -> None:
    logprob = torch.randn(20, dtype=torch.float64, requires_grad=True)
    advantage = torch.randn(20, dtype=torch.float64)
    found = clipped_gain(logprob, logprob.detach(), advantage, low=0.2, high=0.2)
    assert not found.held_N.any()
    (gradient,) = torch.autograd.grad(found.gain_N.sum(), logprob)
    assert torch.allclose(gradient, advantage)


def test_gradients_agree_with_finite_differences() -> None:
    generator = torch.Generator().manual_seed(3)
    logprob = torch.randn(50, generator=generator, dtype=torch.float64).requires_grad_()
    old = logprob.detach() + 0.3 * torch.randn(50, generator=generator, dtype=torch.float64)
    advantage = torch.randn(50, generator=generator, dtype=torch.float64)

    def value(logprob_N: torch.Tensor) -> torch.Tensor:
        gain = clipped_gain(logprob_N, old, advantage, low=0.2, high=0.28).gain_N
        return (gain - 0.1 * divergence(logprob_N, old)).sum()

    (gradient,) = torch.autograd.grad(value(logprob), logprob)
    step = 1e-6
    for i in range(50):
        shift = torch.zeros(50, dtype=torch.float64)
        shift[i] = step
        up, down = value(logprob.detach() + shift), value(logprob.detach() - shift)
        assert gradient[i].item() == pytest.approx(((up - down) / (2 * step)).item(), abs=1e-6)


def test_the_divergence_is_unbiased_and_never_negative() -> None:
    policy = torch.tensor([0.6, 0.3, 0.1], dtype=torch.float64)
    reference = torch.tensor([0.2, 0.3, 0.5], dtype=torch.float64)
    estimate = divergence(policy.log(), reference.log())
    assert (estimate >= 0).all()
    exact = (policy * (policy / reference).log()).sum()
    assert (policy * estimate).sum().item() == pytest.approx(exact.item())
    assert divergence(policy.log(), policy.log()).abs().max() == 0


@pytest.mark.parametrize(
    ("normalise", "expected"),
    [
        ("token", [1 / 6, 1 / 6, 1 / 6]),
        ("sequence", [1 / 3, 1 / 6, 1 / 9]),
        ("constant", [1 / 30, 1 / 30, 1 / 60]),
    ],
)
def test_the_three_normalisations(normalise: str, expected: list[float]) -> None:
    found = attempt_weights([1, 2, 3], [10, 10, 20], normalise)  # type: ignore[arg-type]
    assert found == pytest.approx(expected)
    assert attempt_weights([], [], normalise) == []  # type: ignore[arg-type]
