"""Numbers, however they are written, and never more work than a number is worth."""

from __future__ import annotations

import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.probes.judges import NumberJudge
from engine.probes.judges.number import number_in
from engine.probes.question import Question

JUDGE = NumberJudge()


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("98", 98),
        ("70 + 20 = 90, so 75 + 23 = 98.", 98),
        ("l 1, e, t 1, t 2, e, r. t stands 2 times in letter.", 2),
        ("1,000", 1000),
        ("1000.0", 1000),
        ("1e3", 1000),
        ("1E+3", 1000),
        ("one thousand", 1000),
        ("a thousand", 1000),
        ("$1,234,567.50", Fraction("1234567.5")),
        ("12,5", 5),
        ("1,23", 23),
        ("-5", -5),
        ("\u22125", -5),
        ("5-3", 3),
        ("-$5", -5),
        ("3/4", Fraction(3, 4)),
        ("3 / 4", Fraction(3, 4)),
        (".75", Fraction(3, 4)),
        ("50%", 50),
        ("50km", 50),
        ("12 apples on the 20th", 12),
        ("H2O", None),
        ("v1.2.3", None),
        ("no number", None),
        ("", None),
        ("1/0", None),
        ("The answer is 8. It was 9 before 2006.", 8),
        ("Answer: 8, said in 2006", 8),
        ("#### 72\nPage 3", 72),
        ("\\boxed{72} and 3", 72),
        ("The answer is what it was in 2006", 2006),
        ("one of them has two", 2),
        ("one", 1),
        ("zero", 0),
        ("twenty-one", 21),
        ("two dozen", 24),
        ("a dozen", 12),
        ("one hundred and twenty one", 121),
        ("two hundred and five", 205),
        ("one million two hundred thousand and three", 1_200_003),
        ("nineteen hundred", 1900),
        ("two three", 3),
        ("ten and five", 5),
        ("hundreds", None),
        ("There are eight planets, 4 of rock", 4),
        ("9" * 61, None),
        ("5, " + "9" * 5000, None),
        ("1e999999999999", None),
        ("1e-99", Fraction(1, 10**99)),
        ("\u0663", None),
    ],
)
def test_numbers(text: str, number: Fraction | int | None) -> None:
    assert number_in(text) == number


@pytest.mark.parametrize(
    ("answer", "outcome", "value"),
    [
        ("75 + 23 = 98.", "correct", "98"),
        ("ninety-eight", "correct", "98"),
        ("98.5", "wrong", "197/2"),
        ("98 or 99", "wrong", "99"),
        ("I do not know what 75 + 23 is.", "abstained", ""),
        ("I do not know, 98?", "correct", "98"),
        ("I do not know, but it is a lot.", "abstained", ""),
        ("a lot", "wrong", "lot"),
        ("", "wrong", ""),
    ],
)
def test_outcomes(answer: str, outcome: str, value: str) -> None:
    question = Question(id="q", text="What is 75 + 23?", answer="98", judging="number")
    verdict = JUDGE.judge(question, answer)
    assert (verdict.outcome, verdict.value) == (outcome, value)


def test_no_answer_is_right_where_nobody_knows() -> None:
    question = Question(id="q", text="How many?", answer=None, judging="number")
    assert JUDGE.judge(question, "None").outcome == "wrong"
    assert JUDGE.judge(question, "3").outcome == "wrong"
    assert JUDGE.judge(question, "I cannot say.").outcome == "abstained"


def test_a_truth_that_is_no_number_has_no_right_answer() -> None:
    question = Question(id="q", text="How many?", answer="many", judging="number")
    assert JUDGE.judge(question, "many").outcome == "wrong"


@given(st.text(alphabet="0123456789.,/eE+-$ onetw", max_size=60))
def test_no_text_is_too_strange(text: str) -> None:
    begun = time.process_time()
    number_in(text)
    assert time.process_time() - begun < 0.2


@given(st.integers(-(10**12), 10**12))
def test_every_whole_number_is_read_back(number: int) -> None:
    assert number_in(str(number)) == number
    assert number_in(f"{number:,}") == number
