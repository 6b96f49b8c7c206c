from __future__ import annotations

import itertools

import pytest

from engine.bench.figures import median_ratio, percentile, rounded, sameness
from engine.bench.lengths import arrival_times, ragged_lengths, random_prompts


def test_a_ratio_is_taken_within_each_round() -> None:
    # The machine is ten times as slow in the last two rounds; the ratio of medians would be 0.2.
    assert median_ratio([2.0, 2.0, 2.0, 20.0, 20.0], [1.0, 1.0, 10.0, 10.0, 10.0]) == 2.0


def test_rounds_that_do_not_pair_up_are_no_ratio() -> None:
    with pytest.raises(ValueError, match="argument"):
        median_ratio([1.0, 2.0], [1.0])


@pytest.mark.parametrize(
    ("value", "shown"), [(0.0, 0.0), (1234.56, 1235.0), (0.00012345, 0.0001234), (-2.71828, -2.718)]
)
def test_figures_have_four_digits(value: float, shown: float) -> None:
    assert rounded(value) == pytest.approx(shown, rel=1e-3)


@pytest.mark.parametrize(("share", "value"), [(0.5, 5), (0.95, 10), (1.0, 10), (0.1, 1), (0.0, 1)])
def test_percentiles(share: float, value: int) -> None:
    assert percentile(list(range(10, 0, -1)), share) == value


def test_equal_tokens_are_called_identical() -> None:
    same = sameness([[[1, 2], [3, 4]]], [[[1, 2], [3, 4]]])
    assert same == {"share": 1.0, "identical": True, "first_difference": None}


def test_one_other_token_is_found() -> None:
    same = sameness([[[1, 2], [3, 4]], [[1, 2], [3, 4]]], [[[1, 2], [3, 4]], [[1, 2], [3, 5]]])
    assert same["share"] == 0.875
    assert not same["identical"]
    assert same["first_difference"] == {"round": 1, "row": 1, "token": 1, "ours": 4, "theirs": 5}


def test_a_share_next_to_one_is_not_called_identical() -> None:
    rows = [[0] * 2_000_000]
    assert not sameness([rows], [[[*rows[0][1:], 1]]])["identical"]


@pytest.mark.parametrize("theirs", [[[[1, 2]]], [[[1, 2], [3]]], [[[1, 2], [3, 4]]] * 2])
def test_missing_rows_and_tokens_are_not_passed_over(theirs: list[list[list[int]]]) -> None:
    with pytest.raises(ValueError, match="argument"):
        sameness([[[1, 2], [3, 4]]], theirs)


def test_lengths_are_uneven_bounded_and_always_the_same() -> None:
    lengths = ragged_lengths(256, median=48, longest=256, seed="a")
    assert lengths == ragged_lengths(256, median=48, longest=256, seed="a")
    assert lengths != ragged_lengths(256, median=48, longest=256, seed="b")
    assert min(lengths) >= 4
    assert max(lengths) == 256
    assert 40 < sorted(lengths)[128] < 56
    assert len(set(lengths)) > 50


def test_arrivals_rise_and_fill_their_window() -> None:
    times = arrival_times(64, window_s=5.0, seed="a")
    assert times == sorted(times)
    assert times[0] == 0.0
    assert times[-1] == pytest.approx(5.0)
    gaps = sorted(b - a for a, b in itertools.pairwise(times))
    assert gaps[-1] > 3 * gaps[31], "the gaps are even"


def test_prompts_stay_within_their_bounds() -> None:
    prompts = random_prompts(50, shortest=3, longest=9, n_vocab=5, seed="a")
    assert {len(prompt) for prompt in prompts} == set(range(3, 10))
    assert {token for prompt in prompts for token in prompt} == set(range(5))
