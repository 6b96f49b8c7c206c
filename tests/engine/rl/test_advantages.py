from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.rl.advantages import advantages, kept, overlong_punishment


def test_by_hand() -> None:
    assert advantages([1, 0, 0, 0], divide_by_std=False) == [0.75, -0.25, -0.25, -0.25]
    deviation = math.sqrt(3) / 4
    expected = [0.75 / deviation, *[-0.25 / deviation] * 3]
    assert advantages([1, 0, 0, 0], divide_by_std=True) == pytest.approx(expected)


@pytest.mark.parametrize("rewards", [[0.0] * 4, [1.0] * 4, [0.1 + 0.2, 0.3, 0.3], [-1.0]])
@pytest.mark.parametrize("divide", [True, False])
def test_equal_rewards_teach_nothing_also_where_they_differ_by_rounding(
    rewards: list[float], divide: bool
) -> None:
    assert advantages(rewards, divide_by_std=divide) == [0.0] * len(rewards)


@given(st.lists(st.sampled_from([0.0, 0.1, 1.0, 1.1]), min_size=2, max_size=16))
def test_they_sum_to_nothing_and_divided_have_one_spread(rewards: list[float]) -> None:
    plain = advantages(rewards, divide_by_std=False)
    divided = advantages(rewards, divide_by_std=True)
    assert sum(plain) == pytest.approx(0, abs=1e-9)
    if len(set(rewards)) > 1:
        assert sum(a * a for a in divided) == pytest.approx(len(rewards))
        order = sorted(range(len(rewards)), key=rewards.__getitem__)
        assert [plain[i] for i in order] == sorted(plain)
    else:
        assert divided == plain == [0.0] * len(rewards)


@pytest.mark.parametrize(
    ("keep", "correct", "lengths", "expected"),
    [
        ("correct", [True, False, True], [9, 1, 2], [1, 0, 1]),
        ("shortest_correct", [True, False, True], [9, 1, 2], [0, 0, 1]),
        ("shortest_correct", [True, True, True], [4, 4, 5], [1, 0, 0]),
        ("correct", [False, False], [1, 2], [0, 0]),
        ("shortest_correct", [False, False], [1, 2], [0, 0]),
    ],
)
def test_what_is_kept(
    keep: str, correct: list[bool], lengths: list[int], expected: list[float]
) -> None:
    assert kept(keep, correct, lengths) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("length", "expected"),
    [(1, 0), (84, 0), (88, -0.25), (92, -0.5), (99, -0.9375), (100, -1), (140, -1)],
)
def test_overlong_answers_are_punished_in_a_straight_line(length: int, expected: float) -> None:
    assert overlong_punishment(length, 100, 16) == expected
    assert overlong_punishment(length, 100, 0) == 0
