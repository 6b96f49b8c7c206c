import pytest
import torch
from torch import Tensor

from engine.probes.linear import fit_linear
from engine.probes.metrics import auroc


def drawn(n: int, d: int, seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """Features, the direction that decides, and labels drawn by it."""
    generator = torch.Generator().manual_seed(seed)
    x_ND = torch.randn(n, d, generator=generator, dtype=torch.float64)
    weight_D = torch.randn(d, generator=generator, dtype=torch.float64)
    chance_N = torch.sigmoid(x_ND @ weight_D + 0.5)
    return x_ND, weight_D, torch.rand(n, generator=generator) < chance_N


def area(logits_N: Tensor, right_N: Tensor) -> float | None:
    return auroc(logits_N[right_N].tolist(), logits_N[~right_N].tolist())


def test_the_direction_is_found() -> None:
    x_ND, weight_D, right_N = drawn(4000, 6, seed=1)
    probe = fit_linear(x_ND, right_N, l2=1e-4)
    assert (probe.weight_D / probe.scale_D).tolist() == pytest.approx(weight_D.tolist(), abs=0.25)
    test_x, _, _ = drawn(2000, 6, seed=2)
    chances = torch.sigmoid(test_x @ weight_D + 0.5)
    assert float((torch.sigmoid(probe.logits(test_x)) - chances).abs().mean()) < 0.03


@pytest.mark.parametrize("l2", [1e-3, 0.1, 10.0])
def test_at_the_minimum_no_weight_wants_to_move(l2: float) -> None:
    x_ND, _, right_N = drawn(300, 9, seed=3)
    x_ND = x_ND * torch.logspace(-3, 3, 9, dtype=torch.float64) + 7
    probe = fit_linear(x_ND, right_N, l2=l2)
    z_ND = (x_ND - x_ND.mean(0)) / x_ND.std(0, correction=0)
    error_N = torch.sigmoid(probe.logits(x_ND)) - right_N.double()
    gradient_D = z_ND.T @ error_N / len(z_ND) + l2 * probe.weight_D
    assert float(gradient_D.abs().max()) < 1e-4
    assert float(error_N.mean()) == pytest.approx(0.0, abs=1e-4)


def test_a_feature_s_unit_does_not_matter() -> None:
    x_ND, _, right_N = drawn(200, 5, seed=4)
    plain = fit_linear(x_ND, right_N, l2=0.03).logits(x_ND)
    moved = x_ND * torch.tensor([1e3, 1e-3, -1.0, 5.0, 2.0]) + torch.arange(5)
    torch.testing.assert_close(fit_linear(moved, right_N, l2=0.03).logits(moved), plain)


def test_more_features_than_answers_and_a_constant_one() -> None:
    x_ND, _, right_N = drawn(30, 80, seed=5)
    x_ND[:, 3] = 4.0
    probe = fit_linear(x_ND.half(), right_N, l2=0.01)
    assert bool(probe.logits(x_ND).isfinite().all())
    assert area(probe.logits(x_ND), right_N) == 1.0
    assert float(probe.weight_D[3]) == pytest.approx(0.0, abs=1e-9)


def test_labels_without_a_pattern_are_not_predicted_on_others() -> None:
    generator = torch.Generator().manual_seed(6)
    x_ND = torch.randn(900, 40, generator=generator)
    right_N = torch.rand(900, generator=generator) < 0.5
    probe = fit_linear(x_ND[:300], right_N[:300], l2=0.03)
    fitted, others = (
        area(probe.logits(x_ND[:300]), right_N[:300]),
        area(probe.logits(x_ND[300:]), right_N[300:]),
    )
    assert fitted is not None
    assert others is not None
    assert fitted > 0.65
    assert 0.42 < others < 0.58


def test_the_same_again() -> None:
    x_ND, _, right_N = drawn(100, 7, seed=8)
    first, second = (fit_linear(x_ND, right_N, l2=0.03) for _ in range(2))
    assert torch.equal(first.weight_D, second.weight_D)
    assert first.bias == second.bias


@pytest.mark.parametrize("label", [True, False])
def test_one_kind_of_answer_is_not_enough(label: bool) -> None:
    with pytest.raises(ValueError, match="right and wrong"):
        fit_linear(torch.randn(4, 2), torch.full((4,), label), l2=0.1)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_features_must_be_numbers(bad: float) -> None:
    x_ND = torch.zeros(4, 2)
    x_ND[2, 1] = bad
    with pytest.raises(ValueError, match="not finite"):
        fit_linear(x_ND, torch.tensor([True, False, True, False]), l2=0.1)
