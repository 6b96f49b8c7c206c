from __future__ import annotations

import math
import random
from collections import Counter
from typing import Any

import numpy as np
import pytest
import torch

from engine.errors import CheckpointError, RequestError
from engine.sampling import Sampler, describe, draw, keep_min_p, keep_top_k, keep_top_p
from engine.sampling_params import SamplingParams

CPU = torch.device("cpu")


def logits(rows: int, vocab: int, seed: int = 0) -> torch.Tensor:
    return 3 * torch.randn(rows, vocab, generator=torch.Generator().manual_seed(seed))


def kept(filtered: torch.Tensor) -> list[set[int]]:
    return [set(torch.where(row > -math.inf)[0].tolist()) for row in filtered]


def softmax(row: torch.Tensor) -> np.ndarray:
    x = row.double().numpy()
    e = np.exp(x - x.max())
    return e / e.sum()


# Plain references: one row, one loop, no tensors.
def top_k_reference(row: torch.Tensor, k: int) -> set[int]:
    floor = sorted(row.tolist(), reverse=True)[k - 1]
    return {i for i, x in enumerate(row.tolist()) if x >= floor}


def top_p_reference(row: torch.Tensor, p: float) -> set[int]:
    probabilities = softmax(row)
    chosen: set[int] = set()
    mass = 0.0
    for i in np.argsort(-probabilities, kind="stable"):
        if chosen and mass >= p:
            break
        chosen.add(int(i))
        mass += probabilities[i]
    return chosen


def min_p_reference(row: torch.Tensor, p: float) -> set[int]:
    probabilities = softmax(row)
    return {i for i, x in enumerate(probabilities) if x >= p * probabilities.max()}


def test_top_k_per_row() -> None:
    x, ks = logits(6, 50), [1, 2, 7, 20, 49, 50]
    out = kept(keep_top_k(x, torch.tensor(ks).unsqueeze(1), max(ks)))
    assert out == [top_k_reference(row, k) for row, k in zip(x, ks, strict=True)]
    assert [len(row) for row in out] == ks


def test_top_p_per_row() -> None:
    x, ps = logits(7, 50), [0.0, 0.01, 0.3, 0.7, 0.95, 0.999, 1.0]
    out = kept(keep_top_p(x, torch.tensor(ps).unsqueeze(1)))
    expected = [top_p_reference(row, p) for row, p in zip(x, ps, strict=True)]
    expected[-1] = set(range(50))
    assert out == expected
    assert len(out[0]) == 1


@pytest.mark.parametrize("flatness", [0.3, 1.0, 4.0])
def test_top_p_of_a_large_vocabulary(flatness: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the first look holds the mass of all rows, of some or of none."""
    x, ps = logits(5, 700) / flatness, [0.0, 0.2, 0.6, 0.9, 1.0]
    p_B1 = torch.tensor(ps).unsqueeze(1)
    expected = [top_p_reference(row, p) for row, p in zip(x, ps, strict=True)]
    expected[-1] = set(range(700))
    first_look = keep_top_p(x, p_B1)
    assert kept(first_look) == expected
    monkeypatch.setattr("engine.sampling.TOP_P_FIRST_LOOK", 700)
    assert torch.equal(keep_top_p(x, p_B1), first_look)


def test_min_p_per_row() -> None:
    x, ps = logits(5, 50), [0.0, 0.01, 0.2, 0.9, 1.0]
    out = kept(keep_min_p(x, torch.tensor(ps).unsqueeze(1)))
    assert out == [min_p_reference(row, p) for row, p in zip(x, ps, strict=True)]
    assert len(out[0]) == 50
    assert len(out[-1]) == 1


def test_top_p_of_one_keeps_a_token_whose_mass_rounding_would_drop() -> None:
    x = torch.tensor([[50.0, 0.0, -50.0]])
    assert kept(keep_top_p(x, torch.tensor([[1.0]]))) == [{0, 1, 2}]


def test_draw_inverts_the_distribution_exactly() -> None:
    probabilities = [0.0, 0.25, 0.0, 0.5, 0.25, 0.0]
    x = torch.tensor([probabilities]).log()
    cases = {0.0: 1, 0.2499: 1, 0.2501: 3, 0.7499: 3, 0.7501: 4, 1 - 2**-32: 4}
    for uniform, token in cases.items():
        assert draw(x, torch.tensor([uniform], dtype=torch.float64)).item() == token


def sample_many(params: SamplingParams, row: torch.Tensor, n: int, seed: int = 1) -> Counter[int]:
    chance = random.Random(seed)
    sampler = Sampler([params] * n, [[]] * n, len(row), CPU)
    ids, _ = sampler.sample(row.expand(n, -1), [chance.random() for _ in range(n)])
    return Counter(ids.tolist())


def chi_square(counts: Counter[int], probabilities: np.ndarray, n: int) -> float:
    return sum(
        (counts[i] - n * p) ** 2 / (n * p) for i, p in enumerate(probabilities.tolist()) if p > 0
    )


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_frequencies_follow_the_tempered_distribution(temperature: float) -> None:
    """Chi-square with 11 degrees of freedom stays below 31.3 in 99.9 % of draws."""
    n, row = 20_000, logits(1, 12)[0] / 2
    counts = sample_many(SamplingParams(temperature=temperature), row, n)
    assert chi_square(counts, softmax(row / temperature), n) < 31.3


def test_the_frequency_test_can_fail() -> None:
    n, row = 20_000, logits(1, 12)[0] / 2
    counts = sample_many(SamplingParams(temperature=0.9), row, n)
    assert chi_square(counts, softmax(row), n) > 31.3


def test_filtered_frequencies_are_renormalised() -> None:
    n, row = 20_000, logits(1, 30)[0]
    counts = sample_many(SamplingParams(temperature=1.5, top_k=6, top_p=0.9), row, n)
    scaled = row / 1.5
    first = [i if i in top_k_reference(scaled, 6) else -1 for i in range(30)]
    masked = torch.tensor([scaled[i] if i >= 0 else -math.inf for i in first])
    keep = top_p_reference(masked, 0.9)
    probabilities = softmax(torch.tensor([masked[i] if i in keep else -math.inf for i in first]))
    assert set(counts) <= keep
    assert chi_square(counts, probabilities, n) < 25  # at most 5 degrees of freedom


def test_transformers_filters_agree() -> None:
    """Their processors in their order, on every setting at once, keep and scale the same."""
    transformers = pytest.importorskip("transformers")
    x = logits(4, 60)
    seen = [[3, 5], [7], [1, 2, 3, 4], [9, 9, 59]]
    params = [
        SamplingParams(repetition_penalty=r, temperature=t, top_k=k, top_p=p, min_p=m)
        for r, t, k, p, m in (
            (1.3, 0.7, 10, 0.9, 0.02), (0.8, 1.4, 30, 0.8, 0.05), (2.0, 1.0, 5, 0.5, 0.3),
            (1.1, 0.3, 60, 0.99, 0.001),
        )
    ]  # fmt: skip
    sampler = Sampler(params, seen, 60, CPU)
    steps = 1001
    mine = [set[int]() for _ in params]
    for i in range(steps):
        sampler = Sampler(params, seen, 60, CPU) if i % 500 == 0 else sampler
        # The penalty marks drawn ids as seen, so the mask is put back for every draw.
        sampler._seen_BV.zero_()
        for row, ids in enumerate(seen):
            sampler._seen_BV[row, ids] = True
        drawn, _ = sampler.sample(x, [i / steps] * 4)
        for row, token in enumerate(drawn.tolist()):
            mine[row].add(token)
    for row, p in enumerate(params):
        scores = x[row : row + 1]
        given = torch.tensor([seen[row]])
        for step in (
            transformers.RepetitionPenaltyLogitsProcessor(p.repetition_penalty),
            transformers.TemperatureLogitsWarper(p.temperature),
            transformers.TopKLogitsWarper(p.top_k),
            transformers.TopPLogitsWarper(p.top_p),
            transformers.MinPLogitsWarper(p.min_p),
        ):
            scores = step(given, scores)
        probabilities = scores.softmax(-1)[0]
        reachable = {i for i in range(60) if probabilities[i] > 1 / steps}
        assert reachable <= mine[row] <= kept(scores)[0]


def test_repetition_penalty_pushes_down_whatever_the_sign() -> None:
    x = torch.tensor([[2.0, 1.9, -1.0, -3.0]])
    params = SamplingParams(temperature=0, repetition_penalty=1.5)
    sampler = Sampler([params], [[0]], 4, CPU)
    order = []
    for _ in range(3):
        ids, drawn = sampler.sample(x, [0.0])
        order.append(ids.item())
        assert drawn[0].logprob == pytest.approx(math.log(softmax(x[0])[ids.item()]), abs=1e-6)
    # 0 was in the prompt: 2/1.5 < 1.9; once 1 is seen, 1.9/1.5 < 2/1.5.
    assert order == [1, 0, 0]
    negative = Sampler([params], [[0, 1]], 2, CPU)
    assert negative.sample(torch.tensor([[-1.0, -1.1]]), [0.0])[0].item() == 0
    assert Sampler([params], [[0]], 2, CPU).sample(torch.tensor([[-1.0, -1.1]]), [0.0])[0] == 1


def test_rows_with_different_settings_do_not_touch_each_other() -> None:
    x = logits(6, 40)
    params = [
        SamplingParams(temperature=0),
        SamplingParams(temperature=1.0),
        SamplingParams(temperature=0.5, top_k=3),
        SamplingParams(temperature=2.0, top_p=0.5, n_alternatives=3),
        SamplingParams(min_p=0.3, repetition_penalty=1.7),
        SamplingParams(temperature=0, repetition_penalty=1.2, n_alternatives=20),
    ]
    seen = [[i, 2 * i, 30] for i in range(6)]
    for uniform in (0.05, 0.5, 0.93):
        ids, drawn = Sampler(params, seen, 40, CPU).sample(x, [uniform] * 6)
        for row in range(6):
            alone = Sampler([params[row]], [seen[row]], 40, CPU)
            id_alone, drawn_alone = alone.sample(x[row : row + 1], [uniform])
            assert ids[row] == id_alone[0]
            assert drawn[row] == drawn_alone[0]


@pytest.mark.parametrize("temperature", [1e-30, 1e-300, 5e-324, 1e-6, 1e30])
def test_extreme_temperatures_stay_finite(temperature: float) -> None:
    row = logits(1, 20)[0]
    counts = sample_many(SamplingParams(temperature=temperature), row, 200)
    if temperature < 1:
        assert set(counts) == {int(row.argmax())}
    else:
        assert len(counts) > 10


def test_probabilities_reported_are_the_models_own() -> None:
    x = logits(3, 25)
    ids = torch.tensor([4, 0, 17])
    table = describe(x, ids, 5).tolist()
    for row in range(3):
        p = softmax(x[row])
        order = np.argsort(-p)
        assert table[row][0] == ids[row]
        assert table[row][1] == pytest.approx(math.log(p[ids[row]]), abs=1e-5)
        assert table[row][2] == pytest.approx(-(p * np.log2(p)).sum(), abs=1e-4)
        assert table[row][3] == 1 + list(order).index(ids[row])
        assert table[row][4:9] == order[:5].tolist()
        assert table[row][9:] == pytest.approx(np.log(p[order[:5]]).tolist(), abs=1e-5)


def test_entropy_bounds() -> None:
    sure = torch.tensor([[0.0, -1e4, -1e4, -1e4]])
    even = torch.zeros(1, 4)
    (drawn,) = Sampler([SamplingParams()], [[]], 4, CPU).sample(sure, [0.3])[1]
    assert (drawn.entropy, drawn.logprob, math.copysign(1, drawn.entropy)) == (0.0, 0.0, 1.0)
    (drawn,) = Sampler([SamplingParams()], [[]], 4, CPU).sample(even, [0.3])[1]
    assert drawn.entropy == pytest.approx(2.0)
    assert drawn.rank == 1


def test_more_alternatives_than_tokens_are_all_tokens() -> None:
    params = SamplingParams(n_alternatives=20)
    (drawn,) = Sampler([params], [[]], 4, CPU).sample(logits(1, 4), [0.3])[1]
    assert sorted(token for token, _ in drawn.alternatives) == [0, 1, 2, 3]


@pytest.mark.parametrize("temperature", [0.0, 1.0])
@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_diverged_model_is_reported(temperature: float, value: float) -> None:
    x = logits(2, 10)
    x[1, 3] = value
    params = [SamplingParams(temperature=temperature)] * 2
    with pytest.raises(CheckpointError, match="NaN"):
        Sampler(params, [[], []], 10, CPU).sample(x, [0.5, 0.5])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("temperature", -0.1), ("temperature", math.nan), ("temperature", math.inf),
        ("temperature", "1"), ("temperature", True), ("top_k", -1), ("top_k", 1.0),
        ("top_p", 1.01), ("top_p", -0.1), ("top_p", math.nan), ("min_p", 1.5), ("min_p", -1),
        ("repetition_penalty", 0), ("repetition_penalty", -1.0), ("repetition_penalty", math.inf),
        ("seed", 1.5), ("seed", "x"), ("max_tokens", 0), ("max_tokens", None),
        ("n_alternatives", -1), ("n_alternatives", 21), ("stop", ("",)), ("stop", "abc"),
        ("stop", ["a"]), ("stop", (1,)),
    ],
)  # fmt: skip
def test_bad_settings_are_named(field: str, value: Any) -> None:
    with pytest.raises(RequestError, match=field) as caught:
        SamplingParams(**{field: value})
    assert repr(value) in str(caught.value)


def test_good_settings_are_accepted() -> None:
    SamplingParams(temperature=0, top_k=10**9, top_p=0.0, min_p=1, seed=-5, stop=("a", "bc"))
    assert SamplingParams(temperature=0.0).greedy
    assert not SamplingParams(temperature=1e-9).greedy
