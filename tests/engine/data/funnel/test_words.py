from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.data.funnel.words import PUNCTUATION, is_symbol, sentences, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("Anna's dog can't o'clock", ["Anna", "'s", "dog", "can't", "o'clock"]),
        ("I'll say she’d’ve", ["I", "'ll", "say", "she", "’d", "’ve"]),
        ("1,234.5 and 3.", ["1,234.5", "and", "3", "."]),
        ("on 12/5, and/or 7/x", ["on", "12/5", ",", "and", "/", "or", "7", "/", "x"]),
        ("wait... no…", ["wait", "...", "no", "…"]),
        ("well-known (all)", ["well", "-", "known", "(", "all", ")"]),
        ("##tag", ["#", "#", "tag"]),
        ("e\u0301te\u0301", ["e\u0301te\u0301"]),
        ("мир 世界", ["мир", "世界"]),
        ("\x00a\x1cb\u2028c", ["\x00", "a", "b", "c"]),
        ("'quoted'", ["'", "quoted", "'"]),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@given(st.text())
def test_words_lose_white_space_only(text: str) -> None:
    found = words(text)
    assert "".join(found) == "".join(text.split())
    assert all(found)


@pytest.mark.parametrize("word", [".", "...", "—", "\x00", "»", "؟", "#"])
def test_symbols(word: str) -> None:
    assert is_symbol(word)


@pytest.mark.parametrize("word", ["a", "7", "'s", "•", "€"])
def test_no_symbols(word: str) -> None:
    assert not is_symbol(word)


def test_ascii_punctuation_is_punctuation() -> None:
    assert set(string.punctuation) <= PUNCTUATION
    assert not PUNCTUATION & set(string.ascii_letters + string.digits + " \t\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("   ", []),
        ("no mark at the end", ["no mark at the end"]),
        ("One. Two? Three! Four", ["One.", "Two?", "Three!", "Four"]),
        ('"Yes." He went.', ['"Yes."', "He went."]),
        ("Mr. Hale met Dr. Oule (see Fig. 3).", ["Mr. Hale met Dr. Oule (see Fig. 3)."]),
        ("J. Hale is here. I am I. You too.", ["J. Hale is here.", "I am I.", "You too."]),
        ("It is 3.5 m. He knows", ["It is 3.5 m.", "He knows"]),
        ("Well... no?! Then\nnot.", ["Well...", "no?!", "Then\nnot."]),
        (". . .", [".", ".", "."]),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@given(st.text(alphabet="aI. ?!\"')\n…", max_size=60))
def test_sentences_lose_white_space_only(text: str) -> None:
    found = sentences(text)
    assert "".join("".join(found).split()) == "".join(text.split())
    assert all(sentence == sentence.strip() != "" for sentence in found)
