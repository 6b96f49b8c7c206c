from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.data.funnel.decoding import charset_of, decode

TEXT = "Zoë’s café"


def _meta(charset: str) -> bytes:
    return f'<meta charset="{charset}">'.encode("ascii")


@pytest.mark.parametrize(
    ("body", "declared"),
    [
        (TEXT.encode(), None),
        (TEXT.encode(), "utf-8"),
        (TEXT.encode(), "iso-8859-1"),  # wrong
        (TEXT.encode("cp1252"), "utf-8"),  # wrong
        (TEXT.encode("cp1252"), None),
        (TEXT.encode("cp1252"), "iso-8859-1"),  # as browsers: its superset
        (TEXT.encode("cp1252"), "us-ascii"),
        (TEXT.encode("cp1252"), "no-such-charset"),
        (TEXT.encode("cp1252"), "zip"),
        (TEXT.encode("cp1252"), "x" * 10_000),
        (TEXT.encode("cp1252"), "\x00"),
        (TEXT.encode("cp1252"), "utf-16"),  # wrong: there is no NUL
        (TEXT.encode("utf-8-sig"), "cp1252"),
        (TEXT.encode("utf-16"), None),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-8"),
        (TEXT.encode("utf-32"), None),
        (TEXT.encode("utf-16-le"), "utf-16le"),
        (TEXT.encode(), "iso-2022-jp"),
    ],
)
def test_finds_the_charset_whatever_is_declared(body: bytes, declared: str | None) -> None:
    assert decode(body, declared) == TEXT


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("koi8-r", "мельница"),
        ("shift_jis", "水車"),
        ("iso-2022-jp", "水車"),
        ("gb2312", "水车"),
        ("windows-1250", "mlýn"),
        ("euc-kr", "물레방아"),
    ],
)
def test_believes_what_fits(charset: str, text: str) -> None:
    assert decode(text.encode(charset), charset) == text
    assert decode(_meta(charset) + text.encode(charset)).endswith(text)


def test_the_server_comes_before_the_page_but_only_if_the_bytes_fit() -> None:
    body = _meta("koi8-r") + "мельница".encode("koi8-r")
    assert decode(body, "utf-8").endswith("мельница")
    assert decode(body, "cp1251").endswith("мельница".encode("koi8-r").decode("cp1251"))


@pytest.mark.parametrize("label", ["idna", "punycode", "rot13", "unicode_escape", "utf-7", "", "é"])
def test_no_charset_of_pages(label: str) -> None:
    assert charset_of(label) is None


@given(st.binary(max_size=60), st.none() | st.sampled_from(["utf-8", "big5", "utf-16"]) | st.text())
def test_decodes_anything(body: bytes, declared: str | None) -> None:
    decode(body, declared)
    decode(b'<meta charset="' + body + b'">', declared)
