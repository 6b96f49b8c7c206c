"""Tags come off, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.data.corpora.plain_text import page_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One <b>bold</b> word</p><p>two</p>", "One bold word\ntwo"),
        ("<title>Name</title><nav><a>Home</a><a>News</a></nav>x", "Name\nHomeNews\nx"),
        ("a<script>evil()</script>b<style>p {}</style>c", "a\nb\nc"),
        ("<!-- no --><p>a<!-- no -->b</p>", "ab"),
        ("a<br>b<hr>c", "a\nb\nc"),
        ("<ul><li>one<li>two</ul>", "one\ntwo"),
        ("<p>never closed <b>at all", "never closed at all"),
        ("1 &lt; 2 &amp; caf&eacute; &#x1F600;", "1 < 2 & café 😀"),
        ("<p>  many \t\n blanks  </p>", "many\nblanks"),
        ("", ""),
        ("   ", ""),
        ("<!DOCTYPE html>", ""),
        ("no tags at all", "no tags at all"),
        ("nul \x00 in it", "nul \ufffd in it"),
    ],
)
def test_what_is_left_of_a_page(html: str, text: str) -> None:
    assert page_text(html.encode(), "utf-8") == text


@pytest.mark.parametrize("depth", [250, 2000])
def test_pages_may_be_deep(depth: int) -> None:
    assert page_text(b"before" + b"<div>" * depth + b"deep", None) == "before\ndeep"


def test_pages_that_are_too_deep_end_there() -> None:
    assert page_text(b"before" + b"<b>" * 100_000 + b"deep", None) == "before"


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        ("Käse".encode(), "iso-8859-1"),  # declared wrongly: it is valid UTF-8
        ("Käse".encode("latin-1"), "iso-8859-1"),
        ("Käse".encode("latin-1"), None),
        ("Käse".encode("latin-1"), "no-such-code"),
        ("Käse".encode("latin-1"), "hex"),
        ("Käse".encode("latin-1"), "lat\x00in"),
        ("Käse".encode("utf-16"), "utf-16"),
        (b"<meta charset='iso-8859-2'>K\xe4se", "cp1251"),
    ],
)
def test_encodings_are_read_leniently(body: bytes, charset: str | None) -> None:
    assert page_text(body, charset) == "Käse"


@given(st.binary(max_size=200), st.sampled_from(["utf-8", "utf-16", "cp1252", None, "idna"]))
def test_no_bytes_are_too_broken(body: bytes, charset: str | None) -> None:
    page_text(body, charset).encode()
    page_text(b"<html><p" + body + b"</p>", charset).encode()
