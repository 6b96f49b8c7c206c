import math
import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.probes.metrics import Platt, auroc, ece, fit_platt, reliability, risk_coverage, roc

# Few distinct values, so that ties between and within the classes are the rule.
coarse = st.lists(st.integers(-3, 3).map(float), max_size=12)
scored = st.lists(st.tuples(st.integers(0, 10).map(lambda n: n / 10), st.booleans()), max_size=30)


def counted_auroc(positives: list[float], negatives: list[float]) -> float:
    wins = sum((p > n) + 0.5 * (p == n) for p in positives for n in negatives)
    return wins / (len(positives) * len(negatives))


@given(coarse, coarse)
def test_auroc_counts_every_pair(positives: list[float], negatives: list[float]) -> None:
    found = auroc(positives, negatives)
    if not positives or not negatives:
        assert found is None
        return
    assert found == pytest.approx(counted_auroc(positives, negatives))
    assert auroc(negatives, positives) == pytest.approx(1 - found)


@given(coarse, coarse, st.randoms())
def test_order_and_monotone_scales_do_not_matter(
    positives: list[float], negatives: list[float], rng: random.Random
) -> None:
    shuffled = rng.sample(positives, len(positives)), rng.sample(negatives, len(negatives))
    scaled = [math.exp(s) for s in shuffled[0]], [math.exp(s) for s in shuffled[1]]
    assert auroc(positives, negatives) == auroc(*shuffled) == auroc(*scaled)
    assert roc(positives, negatives) == roc(*shuffled) == roc(*scaled)


@given(coarse, coarse)
def test_the_area_under_the_roc_curve_is_the_auroc(
    positives: list[float], negatives: list[float]
) -> None:
    points = roc(positives, negatives)
    if not positives or not negatives:
        assert points == []
        return
    assert points[0] == (0.0, 0.0)
    assert points[-1] == (1.0, 1.0)
    assert points == sorted(set(points))
    area = sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in pairwise(points))
    assert area == pytest.approx(auroc(positives, negatives))


@pytest.mark.parametrize(
    ("positives", "negatives", "expected"),
    [
        ([2.0], [1.0], 1.0),
        ([1.0], [2.0], 0.0),
        ([1.0, 1.0], [1.0, 1.0], 0.5),
        ([math.inf, 1.0], [-math.inf, 1.0], 0.875),
        ([0.9, 0.4], [0.5], 0.5),
    ],
)
def test_auroc_by_hand(positives: list[float], negatives: list[float], expected: float) -> None:
    assert auroc(positives, negatives) == expected


def test_a_score_that_is_not_a_number_is_refused_wherever_it_stands() -> None:
    for at in range(3):
        scores = [0.1, 0.2, 0.3]
        scores[at] = math.nan
        for positives, negatives in ((scores, [0.5]), ([0.5], scores)):
            with pytest.raises(ValueError, match="not a number"):
                auroc(positives, negatives)
            with pytest.raises(ValueError, match="not a number"):
                roc(positives, negatives)
        with pytest.raises(ValueError, match="not a number"):
            risk_coverage(scores, [True, False, True])
        with pytest.raises(ValueError, match="no probability"):
            reliability(scores, [True, False, True])
        with pytest.raises(ValueError, match="cannot be fitted"):
            fit_platt(scores, [True, False, True])


@given(scored, st.integers(1, 12))
def test_bins_hold_every_answer_once(answers: list[tuple[float, bool]], bins: int) -> None:
    scores, right = [s for s, _ in answers], [r for _, r in answers]
    found = reliability(scores, right, bins)
    assert sum(b.n for b in found) == len(answers)
    assert sum(b.n * b.accuracy for b in found) == pytest.approx(sum(right))
    assert sum(b.n * b.mean_score for b in found) == pytest.approx(sum(scores))
    for b in found:
        assert b.n > 0
        assert b.low - 1e-12 <= b.mean_score <= b.high + 1e-12
    lows = [b.low for b in found]
    assert lows == sorted(set(lows))


def test_the_last_bin_holds_certainty_and_edges_go_up() -> None:
    found = reliability([1.0, 0.5, 0.0], [True, True, False], bins=2)
    assert [(b.low, b.high, b.n, b.accuracy) for b in found] == [
        (0.0, 0.5, 1, 0.0),
        (0.5, 1.0, 2, 1),
    ]


def test_ece_by_hand() -> None:
    # Two at 0.95, one of them right: off by 0.45. Two at 0.25, none right: off by 0.25.
    assert ece([0.95, 0.95, 0.25, 0.25], [True, False, False, False]) == pytest.approx(0.35)
    assert ece([0.0, 1.0], [False, True]) == 0.0
    assert ece([1.0, 0.0], [False, True]) == 1.0
    assert ece([], []) is None


@pytest.mark.parametrize("score", [-0.01, 1.01, math.inf])
def test_only_probabilities_are_calibrated(score: float) -> None:
    with pytest.raises(ValueError, match="no probability"):
        ece([score], [True])


def test_bins_and_lengths_are_checked() -> None:
    with pytest.raises(ValueError, match="0 bins"):
        reliability([0.5], [True], bins=0)
    with pytest.raises(ValueError, match="shorter"):
        reliability([0.5, 0.6], [True])
    with pytest.raises(ValueError, match="shorter"):
        risk_coverage([0.5, 0.6], [True])
    with pytest.raises(ValueError, match="shorter"):
        fit_platt([0.5, 0.6], [True])


def test_risk_and_coverage_by_hand() -> None:
    # The two at 0.8 are taken together: nothing tells them apart.
    curve = risk_coverage([0.9, 0.8, 0.8, 0.1], [True, True, False, False])
    assert curve == [(0.25, 0.0), (0.75, pytest.approx(1 / 3)), (1.0, 0.5)]
    assert risk_coverage([], []) == []


@given(scored)
def test_full_coverage_has_the_risk_of_answering_everything(
    answers: list[tuple[float, bool]],
) -> None:
    curve = risk_coverage([s for s, _ in answers], [r for _, r in answers])
    if not answers:
        return
    assert curve[-1] == (1.0, pytest.approx(sum(not r for _, r in answers) / len(answers)))
    assert [c for c, _ in curve] == sorted({c for c, _ in curve})


def test_platt_finds_the_line_that_the_labels_were_drawn_from() -> None:
    rng = random.Random(1)
    scores = [rng.gauss(0, 2) for _ in range(4000)]
    true = Platt(1.5, -0.7)
    right = [rng.random() < true.apply(s) for s in scores]
    fitted = fit_platt(scores, right)
    assert fitted.slope == pytest.approx(true.slope, abs=0.15)
    assert fitted.intercept == pytest.approx(true.intercept, abs=0.15)
    calibrated = ece([fitted.apply(s) for s in scores], right)
    assert calibrated is not None
    assert calibrated < 0.02


@given(scored, st.sampled_from([1.0, 1e-6, 1e6]), st.sampled_from([0.0, -40.0, 1e4]))
def test_platt_is_a_probability_and_a_minimum_whatever_the_scale(
    answers: list[tuple[float, bool]], scale: float, shift: float
) -> None:
    scores, right = [s * scale + shift * scale for s, _ in answers], [r for _, r in answers]
    platt = fit_platt(scores, right)
    applied = [platt.apply(s) for s in scores]
    assert all(0.0 < p < 1.0 for p in applied)
    if answers:
        # At the minimum the probabilities add up to the (smoothed) count of right answers.
        n_right, n_wrong = sum(right), len(right) - sum(right)
        targets = n_right * (n_right + 1) / (n_right + 2) + n_wrong / (n_wrong + 2)
        assert sum(applied) == pytest.approx(targets, rel=1e-3)


@pytest.mark.parametrize("scores", [[0.1] * 6, [0.1, 0.2, 0.3, 0.7, 0.8, 0.9]])
def test_platt_stays_unsure_of_few_answers(scores: list[float]) -> None:
    platt = fit_platt(scores, [False, False, False, True, True, True])
    low, high = platt.apply(scores[0]), platt.apply(scores[-1])
    if scores[0] == scores[-1]:
        assert low == high == pytest.approx(0.5)
    else:
        assert 0.02 < low < 0.3
        assert 0.7 < high < 0.98


def test_platt_turns_a_score_that_points_the_wrong_way() -> None:
    platt = fit_platt(
        [0.1, 0.2, 0.3, 0.7, 0.8, 0.9] * 5, [True, True, True, False, False, False] * 5
    )
    assert platt.slope < 0


def test_extreme_scores_do_not_overflow() -> None:
    assert Platt(1.0, 0.0).apply(-1e9) == 0.0
    assert Platt(1.0, 0.0).apply(1e9) == 1.0
