import random

import pytest

from engine.data.entities import SPLITS, Split
from engine.data.problems import HELDOUT_FORMS, TRAIN_FORMS, problem
from tools.calculator import calculate


@pytest.mark.parametrize("forms", SPLITS)
def test_the_calculator_agrees_with_every_problem(forms: Split) -> None:
    rng = random.Random(1)
    for _ in range(500):
        drawn = problem(rng, forms)
        assert calculate(drawn.expression) == str(drawn.result), drawn
        assert drawn.result > 1
        assert str(drawn.result) in drawn.reply
        for number in drawn.expression.replace("+", " ").split():
            if number.isdigit():
                assert number in drawn.question


def test_heldout_wordings_are_others() -> None:
    assert not {form[0] for form in TRAIN_FORMS} & {form[0] for form in HELDOUT_FORMS}
