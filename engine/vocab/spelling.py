"""Why a model cannot spell: the letters of a word beside the tokens that hide them."""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass

from engine.errors import LabError
from engine.tokenizer_protocol import AnyTokenizer
from engine.vocab.incremental import LiveText, LiveToken

MAX_CHARACTERS = 1000


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter as people count them: a character with its accents."""

    text: str
    char: int
    """Where it begins in the word."""
    tokens: range
    """The tokens that hold it; more than one where it is cut apart."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """A word in letters and in tokens. A model is given the ids and nothing else."""

    word: str
    letters: tuple[Letter, ...]
    tokens: tuple[LiveToken, ...]

    def count(self, letter: str) -> tuple[int, ...]:
        """How often a letter begins in each token, whether it is written large or small.

        The sum is the answer to "how many": the model must know each of these by heart, as no id
        says of which letters its token is made.
        """
        wanted = _folded(letter)
        found = Counter(
            each.tokens.start
            for each in self.letters
            if each.tokens and _folded(each.text) == wanted
        )
        return tuple(found[index] for index in range(len(self.tokens)))


def letters(tokenizer: AnyTokenizer, word: str) -> Spelling:
    """Which token holds which letter.

    Raises:
        LabError: the word is empty or too long.
    """
    if not 0 < len(word) <= MAX_CHARACTERS:
        raise LabError(
            f"A word of {len(word):,} characters cannot be spelled here. Give at "
            f"least 1 and at most {MAX_CHARACTERS:,}."
        )
    live = LiveText(tokenizer, word)
    found = (
        Letter(live.text[begin:end], begin, live.tokens_of(begin, end))
        for begin, end in _letter_places(live.text)
    )
    return Spelling(live.text, tuple(found), tuple(map(live.token, range(live.n_tokens))))


def _letter_places(text: str) -> list[tuple[int, int]]:
    """From and to: a character and the marks that stand on it."""
    begins = [i for i, c in enumerate(text) if not i or not unicodedata.combining(c)]
    return list(zip(begins, [*begins[1:], len(text)], strict=True))


def _folded(letter: str) -> str:
    return unicodedata.normalize("NFC", letter).casefold()
