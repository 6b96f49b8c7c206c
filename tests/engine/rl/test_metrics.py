from __future__ import annotations

from itertools import combinations
from statistics import fmean

import pytest

from engine.rl.metrics import drawn_figures, heldout_figures, mean_pass_at_k, pass_at_k
from tests.engine.rl.toys import attempt, group


@pytest.mark.parametrize("n", [1, 4, 7])
def test_pass_at_k_is_the_mean_over_all_choices(n: int) -> None:
    for c in range(n + 1):
        outcomes = [i < c for i in range(n)]
        for k in range(1, n + 1):
            chosen = fmean(any(those) for those in combinations(outcomes, k))
            assert pass_at_k(n, c, k) == pytest.approx(chosen)


@pytest.mark.parametrize(("n", "c", "k"), [(4, 5, 1), (4, -1, 1), (4, 1, 5), (4, 1, 0), (0, 0, 1)])
def test_numbers_that_do_not_fit_are_refused(n: int, c: int, k: int) -> None:
    with pytest.raises(ValueError, match="right of"):
        pass_at_k(n, c, k)


def test_a_step_by_hand() -> None:
    first = group(attempt(1, 2), attempt(0, 5, ended=False))
    second = group(
        attempt(0, 3, rewards={"correct": 0.0, "calls": -0.5}),
        attempt(0, 3, rewards={"correct": 0.0, "calls": -0.5}),
    )
    figures = drawn_figures([first, second])
    assert figures["reward"] == 0.0
    assert figures["reward_parts"] == {"correct": 0.25, "calls": -0.25}
    assert figures["pass_at_1"] == 0.25
    assert (figures["length"], figures["length_correct"]) == (3.25, 2)
    assert figures["length_wrong"] == pytest.approx(11 / 3)
    assert (figures["ended"], figures["zero_variance"]) == (0.75, 0.5)


def test_forced_tokens_are_no_length() -> None:
    with_tool = attempt(1, 4, drawn=(True, False, False, True))
    assert drawn_figures([group(with_tool, with_tool)])["length"] == 2


def test_what_there_is_none_of_is_none() -> None:
    figures = drawn_figures([group(attempt(0), attempt(0))])
    assert figures["length_correct"] is None
    assert drawn_figures([group(attempt(1), attempt(1))])["length_wrong"] is None


def test_held_out_figures() -> None:
    groups = [group(*[attempt(float(i < right)) for i in range(4)]) for right in (0, 1, 4)]
    figures = heldout_figures(groups, 2)
    assert figures["pass_at_1"] == pytest.approx((0 + 0.25 + 1) / 3)
    assert figures["pass_at_k"] == pytest.approx((0 + 0.5 + 1) / 3)
    assert (figures["k"], figures["n"], figures["length"]) == (2, 3, 3)
    assert mean_pass_at_k([], 1) == 0
