"""What is learned live is what ``rustbpe`` learns."""

from __future__ import annotations

import random
import unicodedata
from itertools import islice, pairwise

import pytest
from random_text import random_texts

from engine.errors import LabError
from engine.tokenizer import Tokenizer
from engine.vocab.kinds import KINDS
from engine.vocab.live_training import MAX_BYTES, LiveTraining
from engine.vocab.pieces import MAX_BLANKS

PROSE = "".join(kind.text for kind in KINDS)


def texts() -> list[str]:
    """Prose, nasty Unicode, and words full of ties and overlaps."""
    rng = random.Random(9)
    nasty = [text for text in random_texts(60, seed=51) if len(text) < 2000]
    # What is no character yet in one library's Unicode is a letter in a newer one's.
    known = ("".join(c for c in t if unicodedata.category(c) not in ("Cn", "Co")) for t in nasty)
    tied = ["".join(rng.choices("ab aa  \n1", k=rng.randrange(80))) for _ in range(40)]
    return [PROSE, PROSE[:500], "".join(known), "aaaaaaaaa aaa aa a", *tied]


@pytest.mark.parametrize("text", texts())
def test_the_same_merges_ties_included(text: str) -> None:
    n_vocab = 1000
    live = LiveTraining(text, n_vocab)
    learned = list(live)
    assert live.learned == learned
    expected = Tokenizer.train([text], n_vocab, special=())
    assert live.tokenizer(n_vocab).ranks == expected.ranks
    assert [merge.token for merge in learned] == [*expected.ranks][256:]
    assert [merge.new_id for merge in learned] == list(range(256, 256 + len(learned)))
    assert [merge.step for merge in learned] == list(range(1, len(learned) + 1))
    assert all(a.count >= b.count for a, b in pairwise(learned))


def test_every_size_is_a_beginning_of_the_largest() -> None:
    live = LiveTraining(PROSE, 700)
    assert len(list(islice(live, 100))) == 100
    assert live.n_tokens(700) == live.learned[99].tokens_left
    assert live.tokenizer(700).n_vocab == 356
    assert len(list(live)) == 344
    for size in (256, 257, 300, 511, 700, 9000):
        tokenizer = live.tokenizer(size)
        assert tokenizer.n_vocab == min(size, 700)
        assert len(tokenizer.encode(PROSE)) == live.n_tokens(size)
    smaller = LiveTraining(PROSE, 300)
    assert list(smaller) == live.learned[:44]


def test_it_stops_when_all_is_merged_and_stays_so() -> None:
    live = LiveTraining("ab ab", 1000)
    assert [merge.token for merge in live] == [b"ab", b" ab"]
    assert next(live, None) is None
    assert (live.learned[0].count, live.learned[0].tokens_left) == (2, 3)
    assert live.n_tokens(1000) == 2


@pytest.mark.parametrize("text", ["", "a", "a b c", "\ud800"])
def test_little_or_nothing_to_learn_from(text: str) -> None:
    live = LiveTraining(text, 300)
    assert all(merge.count == 1 for merge in live)
    assert live.n_tokens(256) == live.n_bytes


@pytest.mark.parametrize(
    ("text", "n_vocab", "sentence"),
    [
        ("a" * (MAX_BYTES + 1), 300, "1,000,001 bytes"),
        ("a", 255, "255 has no room for 256"),
        (" " * (MAX_BLANKS + 1), 300, "blanks in a row"),
    ],
)
def test_what_is_refused(text: str, n_vocab: int, sentence: str) -> None:
    with pytest.raises(LabError, match=sentence):
        LiveTraining(text, n_vocab)


def test_no_tokenizer_is_smaller_than_the_bytes() -> None:
    with pytest.raises(LabError, match="255"):
        LiveTraining("a", 300).tokenizer(255)
