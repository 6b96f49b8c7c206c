from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.safe_text import visible
from tui.token_layout import NEWLINE_SIGN, TokenLayout


def laid_out(tokens: list[str], width: int) -> TokenLayout:
    layout = TokenLayout(width)
    for token in tokens:
        layout.append(token)
    return layout


def texts(layout: TokenLayout) -> list[str]:
    return ["".join(piece.text for piece in line) for line in layout.lines]


@pytest.mark.parametrize(
    ("tokens", "lines"),
    [
        (["Where", " was", " Mira", " Vek", "lon", "?"], ["Where was ", "Mira ", "Veklon?"]),
        (["aaaa", " bbbb", " cccc"], ["aaaa bbbb ", "cccc"]),
        (["a\n", "b\n\n", "c"], ["a↵", "b↵", "↵", "c"]),
        (["abcdefghijklmnopqrstuvw"], ["abcdefghij", "klmnopqrst", "uvw"]),
        (["漢字", "漢字", "漢字"], ["漢字漢字漢", "字"]),
        (["\x1b[31m", "red"], ["␛[31mred"]),
        ([], [""]),
    ],
)
def test_lines(tokens: list[str], lines: list[str]) -> None:
    assert texts(laid_out(tokens, 10)) == lines


def test_a_word_of_several_tokens_moves_whole_and_its_tokens_keep_their_places() -> None:
    layout = laid_out(["one", " two", " th", "ree", "!"], 10)
    assert texts(layout) == ["one two ", "three!"]
    assert [layout.place(i).line for i in range(5)] == [0, 0, 0, 1, 1]
    assert layout.token_at(1, 0) == 2
    assert layout.token_at(1, 3) == 3
    assert layout.token_at(1, 99) == 4


TOKENS = st.lists(
    st.text(
        st.one_of(st.characters(codec="utf-8"), st.sampled_from(" \n\tab漢é👍\u0301\x1b\u202e")),
        max_size=9,
    ),
    max_size=40,
)


@settings(max_examples=150, deadline=None)
@given(TOKENS, st.integers(4, 30))
def test_no_line_is_too_wide_and_no_letter_is_lost(tokens: list[str], width: int) -> None:
    layout = laid_out(tokens, width)
    for line in layout.lines:
        assert sum(piece.cells for piece in line) <= layout.width
        for piece in line:
            assert cell_len(piece.text) >= 0
            assert not any(ord(c) < 32 or ord(c) == 127 for c in piece.text)
    shown = "".join(texts(layout))
    wanted = visible("".join(tokens)).replace("\n", NEWLINE_SIGN)
    assert "".join(shown.split()) == "".join(wanted.split())
    assert len(layout) == len(tokens)
    for token in range(len(tokens)):
        assert 0 <= layout.place(token).line < len(layout.lines)


@settings(max_examples=60, deadline=None)
@given(TOKENS, st.integers(4, 30))
def test_growing_changes_only_the_last_line(tokens: list[str], width: int) -> None:
    layout = TokenLayout(width)
    for token in tokens:
        before = [list(line) for line in layout.lines]
        layout.append(token)
        assert layout.lines[: len(before) - 1] == before[:-1]


def test_long_texts_are_not_quadratic() -> None:
    def seconds(count: int) -> float:
        layout = TokenLayout(40)
        began = time.thread_time()
        for number in range(count):
            layout.append(" word" if number % 3 else "ing")
        return time.thread_time() - began

    small = min(seconds(2000) for _ in range(3))
    large = min(seconds(16_000) for _ in range(3))
    assert large < 8 * 3 * small
