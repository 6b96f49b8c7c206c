import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from probed import answer

from engine.probes.agreement import agreement, answer_scores, confidence, semantic_entropy
from engine.probes.record import OUTCOMES, Answer

REFUSED = answer("abstained")


def says(*values: str) -> list[Answer]:
    return [REFUSED if value == "-" else answer("wrong", value) for value in values]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["a", "a", "a", "a"], 1.0),
        (["a", "a", "b", "c"], 0.5),
        (["a", "b", "c", "d"], 0.25),
        (["a", "a", "-", "-"], 0.5),
        (["-", "-", "-", "-"], 0.25),
        (["a"], 1.0),
    ],
)
def test_agreement_counts_meanings_and_refusals_agree_with_nothing(
    values: list[str], expected: float
) -> None:
    assert agreement(says(*values)) == expected


def test_entropy_by_hand() -> None:
    assert semantic_entropy(says("a", "a", "a", "a")) == 1.0
    assert semantic_entropy(says("a", "b", "c", "d")) == pytest.approx(0.0)
    assert semantic_entropy(says("-", "-", "-", "-")) == pytest.approx(0.0)
    half = -(0.5 * math.log(0.5) + 2 * 0.25 * math.log(0.25))
    assert semantic_entropy(says("a", "a", "b", "c")) == pytest.approx(1 - half / math.log(4))


def test_without_a_value_the_words_are_the_meaning() -> None:
    same = [
        answer("wrong", text="It is  Unclear to say"),
        answer("wrong", text="it is unclear to say"),
    ]
    assert agreement(same) == 1.0
    assert agreement([*same, answer("wrong", text="other")]) == pytest.approx(2 / 3)
    # A value is never mixed up with somebody's words.
    assert agreement([answer("wrong", "other"), answer("wrong", text="other")]) == 0.5


def test_confidence_is_a_probability_a_token() -> None:
    assert confidence(answer()) == pytest.approx(math.exp(-0.1))


def test_scores_that_need_samples_are_left_out_without_them() -> None:
    assert set(answer_scores(answer(), [])) == {"confidence"}
    assert set(answer_scores(answer(), says("a"))) == {"confidence", "agreement"}
    assert set(answer_scores(answer(), says("a", "b"))) == {
        "confidence", "agreement", "semantic_entropy",
    }  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from(OUTCOMES), st.sampled_from(["", "x", "y"])), min_size=2))
def test_scores_are_shares_and_agree_on_the_extremes(drawn: list[tuple[str, str]]) -> None:
    samples = [answer(outcome, value) for outcome, value in drawn]  # type: ignore[arg-type]
    share, entropy = agreement(samples), semantic_entropy(samples)
    assert share is not None
    assert entropy is not None
    assert 1 / len(samples) <= share <= 1
    assert 0 <= entropy <= 1
    assert (share == 1) == (entropy == 1)
