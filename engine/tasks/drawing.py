"""Drawing so that a sum or a word has one wording, and so stands in one split alone.

The split of a problem is a hash of its question. If one sum came in several wordings, the train
split would hold the sums of the held-out questions; so what a question is about also picks its
words.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from functools import cache

from engine.data.letter_words import letter_words
from engine.data.strangers import invented

INVENTED = 0.8
"""Share of words that mean nothing: of them there are thousands."""
WORD_LENGTHS = range(5, 10)
_NEVER = frozenset({*letter_words("heldout"), *letter_words("development")})


def worded(*about: object) -> random.Random:
    """Random choices that follow from what a question is about."""
    return random.Random(repr(about))


def wording(wordings: Sequence[str], *about: object) -> str:
    """The wording of a question about ``about``."""
    return worded(*about).choice(wordings)


def word(rng: random.Random, fits: Callable[[str], bool] = lambda _: True) -> str:
    """A word to spell, in lower case: a common one or one that means nothing."""
    while True:
        drawn = invented(rng).lower() if rng.random() < INVENTED else rng.choice(_common())
        if len(drawn) in WORD_LENGTHS and drawn not in _NEVER and fits(drawn):
            return drawn


@cache
def _common() -> tuple[str, ...]:
    return tuple(word for word in letter_words("train") if len(word) in WORD_LENGTHS)
