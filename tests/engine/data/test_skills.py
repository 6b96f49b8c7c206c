import random
import re

import pytest

from engine.data.skills import EXERCISES
from engine.evals.results import result_is


@pytest.mark.parametrize("kind", EXERCISES)
def test_worked_answers_are_right(kind: str) -> None:
    make, _ = EXERCISES[kind]
    rng = random.Random(kind)
    for _ in range(300):
        exercise = make(rng)
        assert result_is(exercise.answer, exercise.result)
        for left, op, right, result in re.findall(r"(\d+) ([-+x]) (\d+) = (\d+)", exercise.answer):
            a, b = int(left), int(right)
            assert int(result) == {"+": a + b, "-": a - b, "x": a * b}[op]


def test_letters_are_counted_as_python_counts_them() -> None:
    rng = random.Random(0)
    for _ in range(300):
        exercise = EXERCISES["letter_count"][0](rng)
        found = re.search(r"(\w) stands (\d+) times? in (\w+)\.", exercise.answer)
        assert found is not None
        assert found[3].count(found[1]) == int(found[2]) == int(exercise.result)


@pytest.mark.parametrize(
    ("reply", "result", "right"),
    [
        ("12 + 7 = 19.", "19", True),
        ("19 - 7 = 12.", "19", False),
        ("So 1 + 18 = 19, that is 190.", "19", False),
        ("", "19", False),
        ("fox is spelled f o x.", "f o x", True),
        ("fox is spelled f o o x.", "f o x", False),
    ],
)
def test_results_are_read_at_the_end(reply: str, result: str, right: bool) -> None:
    assert result_is(reply, result) is right
