from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.data.funnel.pii import EMAIL, IP_ADDRESS, mask

HOSTILE_CHARS = 200_000
"""At which a pattern that backtracks takes minutes."""


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Write to tilda@post.example.", f"Write to {EMAIL}."),
        ("<Anna.B+c@MAIL.x-y.ORG>", f"<{EMAIL}>"),
        ("(a@b.co), 'c@d.org'", f"({EMAIL}), '{EMAIL}'"),
        ("mailto:a@b.co?subject=x", f"mailto:{EMAIL}?subject=x"),
        ("..a@b.co", f"..{EMAIL}"),
        ("a@b@c.de", f"a@{EMAIL}"),
        ("at the end a@b.co\nnext", f"at the end {EMAIL}\nnext"),
        ("from 8.8.8.8.", f"from {IP_ADDRESS}."),
        ("http://8.8.4.4:80/x", f"http://{IP_ADDRESS}:80/x"),
        ("a@[8.8.8.8]", f"a@[{IP_ADDRESS}]"),
    ],
)
def test_masks(text: str, masked: str) -> None:
    assert mask(text).text == masked


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a@b",
        "@b.co",
        "a@-b.co",
        "a.@b.co",
        "a @ b.co",
        "10.0.0.1 127.0.0.1 192.168.1.5 172.16.0.9 169.254.1.1",
        "version 1.2.3 and 1.2.3.4.5",
        "999.8.8.8 8.8.8.888 08.8.8.8",
        f"{EMAIL} {IP_ADDRESS}",
    ],
)
def test_leaves(text: str) -> None:
    assert mask(text) == (text, 0, 0)


def test_counts() -> None:
    assert mask("a@b.co c@d.co 8.8.8.8 10.0.0.1")[1:] == (2, 1)


@given(st.text(alphabet="ab1.@-+!'_ 8\n", max_size=40))
def test_masking_twice_is_masking_once(text: str) -> None:
    once = mask(f"{text} x{text}@b.co 8.8.8.8")
    assert mask(once.text) == (once.text, 0, 0)


@pytest.mark.parametrize(
    "part",
    ["a", "!a", "a.", "a@", "a@b", "a@b.", "a@b-", "a..b@", "@", "1.", "1.1.1.", "8.8.8.8.", "."],
)
def test_time_is_in_proportion_to_the_text(part: str) -> None:
    text = part * (HOSTILE_CHARS // len(part))
    for hostile in (text, f"{text}@b.co", f"a@{text}"):
        began = time.process_time()
        mask(hostile)
        assert time.process_time() - began < 0.5
