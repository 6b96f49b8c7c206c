from __future__ import annotations

import pytest

from engine.errors import LabError
from engine.tokenizer import Tokenizer
from engine.vocab.find import find_tokenizer
from engine.vocab.spelling import MAX_CHARACTERS, letters
from tests.engine.vocab.greedy import NAMES, greedy

BYTES = {bytes([byte]): byte for byte in range(256)}
BERRY = Tokenizer(BYTES | {b"st": 256, b"ra": 257, b"raw": 258, b"er": 259, b"ry": 260}, {})


def test_how_many_r_in_strawberry() -> None:
    spelling = letters(BERRY, "strawberry")
    assert [token.piece.text for token in spelling.tokens] == ["st", "raw", "b", "er", "ry"]
    assert spelling.count("r") == (0, 1, 0, 1, 1)
    assert spelling.count("R") == spelling.count("r")
    assert spelling.count("z") == (0, 0, 0, 0, 0)
    assert "".join(letter.text for letter in spelling.letters) == "strawberry"
    assert [letter.tokens for letter in spelling.letters][:3] == [range(1), range(1), range(1, 2)]


@pytest.mark.parametrize("name", ["nano/base", "nano/sft"])
def test_the_shipped_tokenizers_count_right_too(name: str) -> None:
    assert sum(letters(find_tokenizer(name).tokenizer, "strawberry").count("r")) == 3


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("word", ["Straße", "e\u0301te\u0301", "日本日", "👩\u200d👧", "a\ud800b"])
def test_letters_are_those_of_people(name: str, word: str) -> None:
    spelling = letters(greedy(name), word)
    assert "".join(letter.text for letter in spelling.letters) == spelling.word
    assert sum(spelling.count(spelling.letters[0].text)) == sum(
        letter.text == spelling.letters[0].text for letter in spelling.letters
    )
    for letter in spelling.letters:
        assert letter.tokens
        for index in letter.tokens:
            token = spelling.tokens[index]
            assert token.char < letter.char + len(letter.text)
            assert token.char_end > letter.char


def test_accents_are_part_of_the_letter() -> None:
    composed, decomposed = (letters(greedy("lab"), word) for word in ("é", "e\u0301"))
    assert len(composed.letters) == len(decomposed.letters) == 1
    assert sum(decomposed.count("é")) == sum(composed.count("e\u0301")) == 1


@pytest.mark.parametrize("word", ["", "a" * (MAX_CHARACTERS + 1)])
def test_words_of_no_use(word: str) -> None:
    with pytest.raises(LabError, match=f"A word of {len(word):,} characters"):
        letters(BERRY, word)
