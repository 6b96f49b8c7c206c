from __future__ import annotations

import time

import pytest

from engine.data.funnel.document import SourcePage
from engine.data.funnel.extraction import MAX_BYTES, MAX_TAGS, extract
from engine.data.funnel.finding import Finding

SENTENCES = [
    f"The mill number {number} stood by the river, and the people of the town were glad of it."
    for number in range(9)
]
PAGE = f"""<html><head><title>T</title><style>p {{ color: red }}</style></head><body>
<nav><a href="/">Home</a> <a href="/about">About us</a></nav>
<article><h1>The old mill</h1>{"".join(f"<p>{sentence}</p>" for sentence in SENTENCES)}</article>
<div class="comments"><p>I was there too, and it was a nice day by the river.</p></div>
<script>var spam = "buy now";</script><footer>Copyright, all rights reserved.</footer>
</body></html>"""


def _page(body: bytes | str, charset: str | None = None, *, is_text: bool = False) -> SourcePage:
    data = body.encode() if isinstance(body, str) else body
    return SourcePage(id="0", url="", body=data, charset=charset, is_text=is_text)


def test_keeps_the_main_text_and_nothing_else() -> None:
    text = extract(_page(PAGE))
    assert isinstance(text, str)
    assert [line for line in text.split("\n") if line != "The old mill"] == SENTENCES


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        (PAGE.replace("glad", "glád").encode("cp1252"), "utf-8"),
        (PAGE.replace("glad", "glád").encode("utf-16"), None),
        (PAGE.replace("glad", "glád").replace("</p>", "").replace("</body></html>", ""), None),
    ],
)
def test_reads_broken_pages(body: bytes | str, charset: str | None) -> None:
    text = extract(_page(body, charset))
    assert isinstance(text, str)
    assert all(sentence.replace("glad", "glád") in text for sentence in SENTENCES)


def test_text_is_only_decoded() -> None:
    assert extract(_page("\n a <b> & {c}\n\nd \n", is_text=True)) == "a <b> & {c}\n\nd"


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (b"", "empty"),
        (b" \n\t ", "empty"),
        (b"<html><body></body></html>", "empty"),
        (b"%PDF-1.7 ...", "broken"),
        (b"\x89PNG\r\n\x1a\n", "broken"),
        (bytes(range(256)) * 40, "broken"),
        (b"a\x00b\x00c" * 300, "broken"),
        (b"a" * (MAX_BYTES + 1), "broken"),
        (b"<p>a" * (MAX_TAGS + 1), "broken"),
    ],
)
def test_drops(body: bytes, rule: str) -> None:
    found = extract(_page(body))
    assert isinstance(found, Finding)
    assert found.rule == f"extraction.{rule}"


@pytest.mark.parametrize(
    "body",
    [
        "<" * 5000,
        "&" * 5000,
        "<!--" + "-" * 5000,
        "<![CDATA[" * 500,
        "<div>" * 5000 + "deep" + "</div>" * 5000,
        "<table><tr><td>" * 500,
        "<!DOCTYPE " + "[" * 5000,
        "<p>&#xD800;&#0;&#x110000;&nosuch;</p>",
        "<html/><p>\ufffe\uffff</p>",
        '<script type="application/ld+json">{"@graph":[' + "[" * 5000 + "</script>",
        "plain text without a tag",
    ],
)
def test_hostile_pages_end_soon_and_raise_nothing(body: str) -> None:
    began = time.process_time()
    found = extract(_page(f"<html><body><article><h1>a</h1>{body}</article></body></html>"))
    assert time.process_time() - began < 4
    if isinstance(found, str):
        found.encode()  # no half characters


def test_whatever_trafilatura_raises_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object, **__: object) -> str:
        raise RecursionError("too deep")

    monkeypatch.setattr("trafilatura.extract", failing)
    assert extract(_page(PAGE)) == Finding("extraction.broken", "RecursionError", "too deep")
