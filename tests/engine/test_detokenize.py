from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_models import ByteTokens

from engine.detokenize import Detokenizer, token_text

BYTES = ByteTokens([bytes([i]) for i in range(256)])


def stream(data: bytes) -> list[str]:
    detokenizer = Detokenizer(BYTES)
    return [*(detokenizer.add(byte) for byte in data), detokenizer.finish()]


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=40))
def test_any_bytes_give_the_text_of_a_whole_decode(data: bytes) -> None:
    assert "".join(stream(data)) == data.decode("utf-8", "replace")


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=20))
def test_text_comes_back_and_no_piece_is_half_a_character(text: str) -> None:
    pieces = stream(text.encode())
    assert "".join(pieces) == text
    assert all(len(piece) <= 1 for piece in pieces)


def test_an_emoji_over_four_tokens_appears_with_its_last_byte() -> None:
    assert stream("🦊!".encode()) == ["", "", "", "🦊", "!", ""]


@pytest.mark.parametrize(
    ("data", "pieces"),
    [
        (b"\xf0\x9f\xa6", ["", "", "", "\ufffd"]),  # cut short
        (b"\xf0\x9fA", ["", "", "\ufffdA", ""]),  # broken off by a letter
        (b"\xffA", ["\ufffd", "A", ""]),  # no character begins so
        (b"\xc0\x80", ["\ufffd", "\ufffd", ""]),  # overlong
        (b"", [""]),
    ],
)
def test_invalid_bytes_become_replacement_characters(data: bytes, pieces: list[str]) -> None:
    assert stream(data) == pieces


def test_special_tokens_are_silent_and_do_not_break_a_character() -> None:
    first, second = "é".encode()
    detokenizer = Detokenizer(BYTES)
    assert [detokenizer.add(token) for token in (first, 256, second)] == ["", "", "é"]


def test_single_tokens_are_shown_alone() -> None:
    tokens = ByteTokens([b" caf\xc3", b"\xa9"])
    assert [token_text(tokens, token) for token in (0, 1, 2)] == [" caf\ufffd", "\ufffd", ""]
