"""Parts between cuts, encoded alone, are the tokens of the whole."""

from __future__ import annotations

import unicodedata
from itertools import chain, pairwise

import pytest
from random_text import random_texts

from engine.vocab.cuts import cut_after, cut_before, why_uncut
from tests.engine.vocab.greedy import NAMES, greedy, imported

NASTY = [
    *("a  b\n\nc \n d\t\te", "I'll DON'T 'tis a's1's", "12345 67 8,901.5", "x\u00a0y \u3000z"),
    *("é=\u0338 e\u0301 x\u0301.", "가\u11a8, 각1가", "好。你，1好 ", "a\u2028 b\x85c \x1c d"),
    *("!\n?\r\n/ //\n", "ẞſ'ſ K'K", "½1²a", "  \n  'll", "A\u0301B\u0301 c'D", "a_b-c's,1's"),
]
TEXTS = [*NASTY, *(text for text in random_texts(200, seed=21) if len(text) < 300)]


def cuts(text: str) -> list[int]:
    found, at = [], 0
    while (at := cut_after(text, at)) < len(text):
        found.append(at)
        at += 1
    return found


@pytest.mark.parametrize("name", NAMES)
def test_the_parts_are_the_whole(name: str) -> None:
    tokenizer = greedy(name)
    assert why_uncut(tokenizer) is None
    for text in TEXTS:
        borders = [0, *cuts(text), len(text)]
        parts = (tokenizer.encode(text[a:b]) for a, b in pairwise(borders))
        assert [*chain.from_iterable(parts)] == tokenizer.encode(text), ascii(text)


def test_there_are_enough_of_them() -> None:
    assert cuts("Be brief: it's 5pm,\nand so on.") == [2, 8, 9, 14, 16, 18, 23, 26, 29]
    assert cuts("好。你好，1") == [1, 4]
    assert cuts("aaaa") == cuts("  \n ") == cuts("it's") == cuts("a\u0301b") == []


@pytest.mark.parametrize("text", [*TEXTS, "a" * 5000 + " b" + "c" * 5000, ""])
def test_back_is_the_last_one_before(text: str) -> None:
    found = cuts(text)
    for at in {0, 1, len(text) // 3, len(text) - 1, len(text)} - {-1}:
        assert cut_before(text, at) == max((cut for cut in found if cut <= at), default=0)


def test_normalization_joins_nothing_across_a_cut() -> None:
    for text in TEXTS:
        for at in cuts(text):
            halves = (unicodedata.normalize("NFC", part) for part in (text[:at], text[at:]))
            assert "".join(halves) == unicodedata.normalize("NFC", text), ascii(text)


SPLIT = {"type": "Split", "pattern": {"Regex": r"\s*\S+|\s+"}, "behavior": "Isolated",
         "invert": False}  # fmt: skip
LEVEL = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": False}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"normalizer": {"type": "Lowercase"}}, "rewrites text"),
        ({"normalizer": {"type": "NFKC"}}, "rewrites text"),
        ({"pre_tokenizer": {"type": "Sequence", "pretokenizers": [SPLIT, LEVEL]}}, "pattern"),
        ({"pre_tokenizer": {**LEVEL, "use_regex": True}}, "pattern"),
    ],
)
def test_what_is_not_known_is_not_cut(changes: dict[str, object], sentence: str) -> None:
    assert sentence in (why_uncut(imported(**changes)) or "")
