import random

import pytest

from engine.data.crawl.article import Article, Block, paragraphs
from engine.data.crawl.deck import COPIES, counts, deck, originals
from engine.data.crawl.duplicates import EDITS, likeness, near_copy, shingles, words
from engine.data.crawl.prose import Prose, enough


def article(seed: int, lines: int = 9) -> Article:
    prose = Prose(random.Random(seed))
    return Article("A page about a bridge", paragraphs(prose.line() for _ in range(lines)))


def test_likeness_is_jaccard_of_five_words() -> None:
    first, second = shingles("a b c d e f"), shingles("A b, c d e! g")
    assert first == {tuple("abcde"), tuple("bcdef")}
    assert likeness(first, second) == 1 / 3
    assert shingles("Too short.") == {("too", "short")}
    assert shingles("") == {()}
    assert words("Don't: 3.5 Café") == ["don", "t", "3", "5", "café"]


@pytest.mark.parametrize(("least", "most"), [(0.8, 0.999), (0.8, 0.81), (0.5, 0.55), (0.5, 0.79)])
def test_copies_are_as_alike_as_they_should_be(least: float, most: float) -> None:
    for seed in range(15):
        original = article(seed)
        copy, alike = near_copy(original, least, most, random.Random(seed))
        assert alike == likeness(shingles(original.text), shingles(copy.text))
        assert least <= alike < 1
        assert alike <= most + 0.02
        assert enough(copy.extracted)
        assert copy.headline == original.headline


@pytest.mark.parametrize("edit", EDITS)
def test_no_edit_parts_a_question_from_its_answer_or_changes_a_word(edit) -> None:  # type: ignore[no-untyped-def]
    pairs = (Block("p", ("Q: Who?",)), Block("p", ("A: Ann did.",), True))
    for seed in range(20):
        rng = random.Random(seed)
        blocks = [*article(seed, 4).blocks, *pairs, *article(seed + 100, 4).blocks]
        before = set(words(" ".join(line for block in blocks for line in block.lines)))
        edit(blocks, rng)
        firsts = [block.lines[0] for block in blocks]
        place = next(i for i, line in enumerate(firsts) if line.startswith("Q: Who?"))
        assert firsts[place + 1].startswith("A: Ann did.")
        after = set(words(" ".join(line for block in blocks for line in block.lines)))
        assert before <= after or edit.__name__ == "_drop_block"


def test_personal_data_that_an_edit_drops_is_no_longer_listed() -> None:
    lines = ["Write to ann@ham.example now.", *(b.lines[0] for b in article(3, 5).blocks)]
    original = Article("A page with an address", paragraphs(lines), ("ann@ham.example",))
    kept = dropped = 0
    for seed in range(40):
        copy, _ = near_copy(original, 0.3, 0.4, random.Random(seed))
        assert copy.personal == tuple(p for p in original.personal if p in copy.text)
        kept += bool(copy.personal)
        dropped += not copy.personal
    assert kept
    assert dropped


def test_the_deck_holds_every_page_once_and_originals_before_their_copies() -> None:
    n_clean, seed = 400, 3
    cards, of = deck(n_clean, seed), originals(n_clean, seed)
    assert len(set(cards)) == len(cards) == sum(counts(n_clean).values())
    assert sorted(number for label, number in cards if label in COPIES) == list(range(len(of)))
    seen = set()
    for label, number in cards:
        if label == "clean":
            seen.add(number)
        elif label in COPIES:
            assert of[number] in seen
    assert seen == set(range(n_clean))
    assert cards == deck(n_clean, seed) != deck(n_clean, seed + 1)
    assert len(set(of)) < len(of), "some articles are copied more than once"


def test_the_least_crawl_has_a_page_of_every_label() -> None:
    assert min(counts(1).values()) == 1
    assert len(originals(1, 1)) == sum(counts(1)[label] for label in COPIES)
