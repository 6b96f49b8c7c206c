from fractions import Fraction

import pytest

from engine.tasks.final import (
    choice_said,
    letters_said,
    number_said,
    row_said,
    scored,
    shown_working,
    statement,
)
from engine.tasks.task import Said


def said(text: str) -> Said:
    return Said(text=text, ended=True)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("An apple costs 3 coins.", "3"),
        ("2 x 2 = 4. 13 - 4 = 9. 9 / 3 = 3", "3"),
        ("12 + 30 = 42.", "42"),
        ("It is 1,234.", "1234"),
        ("Answer: -7", "-7"),
        ("It is 9.90.", "9.9"),
        ("It is 4.\nIt is 5.", "5"),
        ("It is 1 2 3 4 5", None),
        ("It is 3 or 4.", None),
        ("It is 3.\nReally!", None),
        ("2 + 2 = 4 = 5 6", None),
        ("three", None),
        ("It is 1,2,3", None),
        ("It is 3.5.7", None),
        ("It is not 3.", None),
        ("It is 3, perhaps.", None),
        ("It is x3.", None),
        ("It is 3rd.", None),
        ("It is " + "9" * 31, None),
        ("It is 3 " + "9" * 31, None),
        ("", None),
    ],
)
def test_the_one_number_of_the_last_sentence(text: str, number: str | None) -> None:
    assert number_said(said(text)) == (None if number is None else Fraction(number))


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("1 odd, 0 odd, 1 even. So it is even.", "even"),
        ("Odd!", "odd"),
        ("The number of ones in 1 0 1 is EVEN", "even"),
        ("1 odd, 0 odd, 1 even", None),
        ("odd even odd", None),
        ("odd odd", None),
        ("It is not even.", None),
        ("It isn't odd.", None),
        ("It is neither odd.", None),
        ("It is even. Or maybe odd.", None),
        ("It is evening.", None),
        ("So it is.", None),
    ],
)
def test_the_one_choice_of_the_last_sentence(text: str, choice: str | None) -> None:
    assert choice_said(said(text), ("even", "odd")) == choice


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("straw is spelled s t r a w. Backwards it is w a r t s.", "warts"),
        ("Backwards it is warts.", "warts"),
        ("W-A-R-T-S", "warts"),
        ("Backwards it is s t r a w w a r t s.", "strawwarts"),
        ("w a r t s is what it is.", "is"),
        ("12 3", None),
    ],
)
def test_the_letters_at_the_end(text: str, letters: str | None) -> None:
    assert letters_said(said(text)) == letters


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("3 1 2: 1. 3 2: 2. In order: 1 2 3.", (1, 2, 3)),
        ("Sorted they are 1, 2, 3", (1, 2, 3)),
        ("3 1 2 in order is 1 2 3", (1, 2, 3)),
        ("1,2,3", (1, 2, 3)),
        ("1 2 3 3 1 2", (1, 2, 3, 3, 1, 2)),
        ("In order:", None),
    ],
)
def test_the_row_at_the_end(text: str, row: tuple[int, ...] | None) -> None:
    assert row_said(said(text)) == row


def test_what_was_cut_off_says_nothing() -> None:
    assert statement(Said(text="It is 3.", ended=False)) == ""


@pytest.mark.parametrize(
    ("text", "worth"),
    [
        ("It is 3.", 0.0),
        ("1 + 2 = 3. It is 3.", 5 / 40),
        ("So so. " * 40 + "It is 3.", 1.0),
        ("", 0.0),
    ],
)
def test_words_in_front_of_the_statement_look_like_work(text: str, worth: float) -> None:
    assert shown_working(said(text)) == worth
    assert shown_working(Said(text=text, ended=False)) == 0.0


def test_only_saying_nothing_costs_the_form() -> None:
    assert scored("odd", "even") == {"correct": 0.0, "format": 0.1}
    assert scored("even", "even") == {"correct": 1.0, "format": 0.1}
    assert scored(None, None) == {"correct": 0.0, "format": 0.0}
