from __future__ import annotations

import math

import pytest

from tui.typed import number, quoted, whole_number


@pytest.mark.parametrize("text", ["", " ", "1_0", "²", "٣", "1.", "x", "9" * 5000, "0x10", "+-1"])
def test_what_is_no_whole_number(text: str) -> None:
    assert whole_number(text) is None


@pytest.mark.parametrize("text", ["", ".", "1_0", "nan", "inf", "1e", "e5", "١.٥", "1,5", "1 0"])
def test_what_is_no_number(text: str) -> None:
    assert number(text) is None


def test_numbers() -> None:
    assert [whole_number(text) for text in ("0", "-7", "+12", "007")] == [0, -7, 12, 7]
    assert [number(text) for text in ("0", "-.5", "1.", "2e-3", "1E2")] == [0, -0.5, 1, 2e-3, 100]
    assert number("1e999") == math.inf


def test_a_long_text_is_cut_in_a_sentence() -> None:
    assert quoted("seven") == "'seven'"
    assert len(quoted("9" * 5000)) < 50
