"""Which part of a page is shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.search.passage import CLOSE, OPEN, best_passage

FILLER = " ".join(f"Sentence {i} says little." for i in range(30))


def marked(text: str) -> str:
    return text.replace("[", OPEN).replace("]", CLOSE)


def test_short_pages_are_whole() -> None:
    page = marked("Head\n\nNothing here.\n[Orson Kovats] was\tborn.")
    assert best_passage(page) == "Head Nothing here. Orson Kovats was born."


@pytest.mark.parametrize("words", [60, 61])
def test_sixty_words_are_short(words: int) -> None:
    page = " ".join(["word."] * words)
    assert len(best_passage(page).split()) == 60


def test_whole_sentences_around_the_match() -> None:
    page = marked(f"{FILLER} [Orson Kovats] was [born] in Pinewick. He was kind. {FILLER}")
    passage = best_passage(page, 12)
    assert passage == "Orson Kovats was born in Pinewick. He was kind. Sentence 0 says"[:47]


def test_the_name_weighs_more_than_a_word() -> None:
    page = marked(f"Ann was [born] here. {FILLER} [Orson Kovats] came. {FILLER}")
    assert best_passage(page, 8).startswith("Orson Kovats came.")


def test_it_begins_with_the_match() -> None:
    page = marked(f"{FILLER}\n[Tova Nordrick] lived here.\nShe was [native] to it.\n{FILLER}")
    assert best_passage(page, 10).startswith("Tova Nordrick lived here. She was native to it.")


def test_a_page_without_ends_is_cut() -> None:
    passage = best_passage(marked("[x] " + "word " * 500))
    assert passage.endswith("word ...")
    assert len(passage.split()) == 61


def test_no_matches_at_all() -> None:
    assert best_passage(FILLER, 8) == "Sentence 0 says little. Sentence 1 says little."


@given(st.text(alphabet=f"ab .!?\n{OPEN}{CLOSE}", max_size=300), st.integers(1, 20))
def test_any_page(page: str, most: int) -> None:
    passage = best_passage(page, most)
    assert not set(passage) & {OPEN, CLOSE, "\n"}
    assert len(passage.removesuffix(" ...").split()) <= most
