"""Text from anywhere: nothing in it may steer a terminal, hide, or be longer than agreed."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.sanitise import CUT, sanitised


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("plain", "plain"),
        ("  around \n", "around"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("dos\r\nlines", "dos\nlines"),
        ("50%\r100%", "50%100%"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b[38;2;1;2;3mrgb", "rgb"),
        ("\x1b[2J\x1b[1;1Hhome", "home"),
        ("\x1b[?1049hscreen", "screen"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]0;title\x1b\\text", "text"),
        ("\x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b]52;c;cm0gLXJm\x07clipboard", "clipboard"),
        ("\x1bPq#0;2;0;0;0\x1b\\sixel", "sixel"),
        ("\x1b_Gf=100;AAAA\x1b\\kitty", "kitty"),
        ("\x9b31mC1", "C1"),
        ("\x9d0;title\x9ctext", "text"),
        ("\x1bcreset", "reset"),
        ("\x1b(0charset", "charset"),
        ("lone \x1b", "lone"),
        ("lone \x1b[", "lone"),
        ("\x1b\x1b[31mtwice", "twice"),
        ("\x1b[\x1b[31m31mnested", "31mnested"),
        ("bell\x07 back\x08space nul\x00 del\x7f", "bell backspace nul del"),
        ("\u202eright to left\u202c", "right to left"),
        ("\u2066isolate\u2069", "isolate"),
        ("zero\u200bwidth\u200d\ufeff", "zerowidth"),
        ("tag\U000e0041s", "tags"),
        ("private\ue000", "private"),
        ("not\uffffa character", "nota character"),
        ("line\u2028separator\u2029", "line\nseparator"),
        ("half \ud800 pair", "half \ufffd pair"),
        ("\udc80", "\ufffd"),
        ("é ü 你好 🙂 ½", "é ü 你好 🙂 ½"),
        ("<|calc_end|>", "<|calc_end|>"),
        ("", ""),
    ],
)
def test_what_is_left(text: str, plain: str) -> None:
    assert sanitised(text, 100) == (plain, False)


@pytest.mark.parametrize("most", [0, 1, 3, 4, 5, 50])
def test_no_longer_than_agreed(most: int) -> None:
    plain, cut = sanitised("word " * 1_000, most)
    assert cut
    assert len(plain) <= most
    assert plain.endswith(CUT[:most] if most else "")


def test_just_as_long_as_agreed_is_not_cut() -> None:
    assert sanitised("x" * 50, 50) == ("x" * 50, False)
    assert sanitised("x" * 51, 50) == ("x" * 46 + CUT, True)


def test_what_is_hidden_does_not_count() -> None:
    assert sanitised("\x1b[31m" * 9 + "x" * 50 + "\u200b" * 20, 50) == ("x" * 50, False)


@pytest.mark.parametrize("text", ["x", "\x1b]", "\x1b[", "\n"])
def test_endless_output_is_quick(text: str) -> None:
    text *= 5_000_000
    began = time.thread_time()  # of the processor: the machine may be busy
    plain, cut = sanitised(text, 4_000)
    assert time.thread_time() - began < 1
    assert cut
    assert len(plain) <= 4_000


pieces = st.sampled_from(["\x1b", "[", "]", "31", "m", ";", "\x07", "\x9b", "\x9c", "P", "\\", "a"])


@given(
    st.text(max_size=200) | st.lists(pieces, max_size=40).map("".join),
    st.integers(0, 120),
)
def test_never_a_control(text: str, most: int) -> None:
    plain, _ = sanitised(text, most)
    assert len(plain) <= most
    for char in plain:
        assert char in "\n\t" or unicodedata.category(char) not in (
            "Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"
        )  # fmt: skip
    plain.encode()
    # What was made plain stays as it is: it may be read from a file and shown again.
    assert sanitised(plain, most)[0] == plain
