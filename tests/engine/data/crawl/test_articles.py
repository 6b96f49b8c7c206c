import random

import pytest

from engine.data.crawl import leaks, personal
from engine.data.crawl.article import Article, Block, blocks_of, gaps, paragraphs
from engine.data.crawl.bundles import LEAST_SENTENCES, LEAST_WORDS, bundles
from engine.data.crawl.html import body
from engine.data.crawl.prose import ENOUGH, Prose, filled_up, lettered
from engine.data.entities import Page
from engine.data.web import web_of
from engine.data.world import PICO_WORLD

SUMS = "Q: What is 2 - 1?\nA: 1 + 1 = 2, so 2 - 1 = 1.\nQ: Count: a, b.\nA: 1 a, 2 b."


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize(
    "document",
    [
        "One line.",
        "Dear Gus,\ntoday I learned.\nYours, Dot",
        "Notes on Ann:\n- She sang.\n- She slept.",
        "People from Ham:\n* Ann came.\n* Ben came.",
        "Almanac\n\nAnn was here.\nBen was here.",
        "Q: 1 < 2 & 3 > 2?\nA: - yes",
    ],
)
def test_a_document_is_whole_in_its_blocks(document: str, together: bool) -> None:
    blocks = blocks_of(document, together=together)
    lines = [line for block in blocks for line in block.lines]
    assert lines == [line.removeprefix("- ").removeprefix("* ") for line in document.split("\n")
                     if line]  # fmt: skip
    assert [block.tied for block in blocks] == [False] + [True] * (len(blocks) - 1)


def test_html_escapes_what_stands_in_a_document_and_keeps_lists_together() -> None:
    blocks = (*blocks_of("N:\n- 1 < 2\n- <b>", together=False), Block("p", ("a & b", "c")))
    assert body(Article("x", blocks)) == (
        "<p>N:</p>\n<ul>\n<li>1 &lt; 2</li>\n<li>&lt;b&gt;</li>\n</ul>\n<p>a &amp; b<br>\nc</p>"
    )


def test_nothing_comes_between_the_lines_of_a_document() -> None:
    for seed in range(30):
        rng = random.Random(seed)
        documents = [SUMS, "Dear Gus,\nhello.\nYours, Dot", "N:\n- one\n- two"]
        blocks = tuple(b for text in documents for b in blocks_of(text, together=seed % 2 == 0))
        article = filled_up(Article("A headline of words", blocks), rng)
        article = personal.with_personal_data(article, rng)
        article = leaks.with_questions(article, ["Where was Ann born, do you know?"], rng)
        for text in documents:
            assert text in article.extracted
        assert len(article.blocks) > len(blocks) + 2


def test_gaps_are_the_beginnings_of_documents_and_the_end() -> None:
    blocks = blocks_of("a\nb", together=False) + blocks_of("c", together=False)
    assert gaps(blocks) == [0, 2, 3]
    assert gaps([]) == [0]


def test_prose_makes_four_fifths_of_the_words_have_letters() -> None:
    article = Article("Sums", tuple(blocks_of(SUMS, together=False)))
    with_letter, count = lettered(article.extracted)
    assert with_letter < 0.8 * count
    for seed in range(30):
        with_letter, count = lettered(filled_up(article, random.Random(seed)).extracted)
        assert ENOUGH * count <= with_letter <= 0.85 * count
    fine = Article("A tale of two", paragraphs(["Nothing is missing here and nothing comes in."]))
    assert filled_up(fine, random.Random(0)) == fine


def test_a_page_has_no_line_of_prose_twice() -> None:
    prose = Prose(random.Random(1))
    lines = [prose.line() for _ in range(40)]
    assert len(set(lines)) == 40
    assert not any("{" in line for line in lines)
    for least in range(1, 14):
        assert max(3, least) <= len(prose.caption(least).split()) <= max(3, least) + 2
    assert len(prose.caption(16).split()) >= 16


def test_every_document_stands_in_exactly_one_bundle() -> None:
    pages = web_of(PICO_WORLD).pages
    dealt = bundles(pages, seed=1)
    assert sorted(id(page) for bundle in dealt for page in bundle) == sorted(map(id, pages))
    assert bundles(pages, seed=1) == dealt != bundles(pages, seed=2)
    for bundle in dealt:
        words = sum(len(page.text.split()) for page in bundle)
        assert words >= LEAST_WORDS
        assert sum(page.text.count(mark) for page in bundle for mark in ".?!") >= LEAST_SENTENCES


@pytest.mark.parametrize("count", [1, 2, 5])
def test_a_few_short_documents_are_one_bundle(count: int) -> None:
    pages = [Page(kind="tale", text=f"Ann sang {n}.") for n in range(count)]
    (bundle,) = bundles(pages, seed=1)
    assert sorted(page.text for page in bundle) == sorted(page.text for page in pages)
