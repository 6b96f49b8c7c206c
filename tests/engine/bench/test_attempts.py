from __future__ import annotations

import random
from typing import Any

import pytest

from engine.bench.attempts import Attempts, drawn_length, mean_length, same_length, tokens_per_s


@pytest.mark.parametrize(
    ("ids", "length"),
    [
        ([5, 6, 7], 3),
        ([5, 9, 0, 0], 2),  # what stands behind a stop token is padding
        ([9], 1),
        ([5, 8, 9, 9], 2),
        ([0, 0, 9], 3),  # the id that pads may be drawn as well
        ([], 0),
    ],
)
def test_a_length_counts_the_stop_token_and_nothing_behind_it(ids: list[int], length: int) -> None:
    assert drawn_length(ids, (8, 9)) == length


def test_a_speed_counts_drawn_tokens_over_the_whole_time() -> None:
    turn = Attempts(seconds=4.0, lengths=[[1, 2], [3, 10]])
    assert tokens_per_s(turn) == 4.0
    assert mean_length([turn, Attempts(seconds=9.0, lengths=[[14]])]) == 6.0


def lengths(seed: int, longer: float = 0.0) -> list[list[int]]:
    """16 answers at each of 16 problems, of which the last ask for far longer ones."""
    rng = random.Random(seed)
    return [[round(10 * i + longer + rng.gauss(0, 4)) for _ in range(16)] for i in range(1, 17)]


@pytest.mark.parametrize("seed", range(5))
def test_lengths_that_are_alike_differ_by_chance(seed: int) -> None:
    same = same_length(lengths(2 * seed), lengths(2 * seed + 1))
    assert same["within_chance"]
    # What problems differ by is no chance: with it the error would be 4.1.
    assert same["standard_error"] == pytest.approx((2 * 16 / 256) ** 0.5, rel=0.1)


@pytest.mark.parametrize("longer", [-2.0, 2.0])
def test_lengths_that_are_not_are_found(longer: float) -> None:
    same = same_length(lengths(0, longer), lengths(1))
    assert not same["within_chance"]
    assert same["difference"] == pytest.approx(longer, abs=0.9)


@pytest.mark.parametrize(
    ("theirs", "within"), [([[7, 7]], True), ([[7, 8]], True), ([[8, 8]], False)]
)
def test_lengths_without_any_chance(theirs: list[list[int]], within: bool) -> None:
    assert same_length([[7, 7]], theirs)["within_chance"] is within


@pytest.mark.parametrize("theirs", [[[1, 2]], [[1, 2], [3, 4], [5, 6]]])
def test_problems_that_do_not_pair_up_are_no_comparison(theirs: Any) -> None:
    with pytest.raises(ValueError, match="argument"):
        same_length([[1, 2], [3, 4]], theirs)
