"""Words whose letters are counted and spelled, and which of them training never shows."""

from __future__ import annotations

import hashlib
from typing import Literal

from engine.data import lexicon

Use = Literal["train", "development", "heldout"]


def letter_words(use: Use) -> list[str]:
    """Words whose letters can be counted: those of the conversations, those that recipes may be
    tuned on, and the held-out ones, which are all common words.
    """
    if use == "development":
        words = {word for hobby in lexicon.HOBBIES for word in hobby.split() if len(word) > 4}
        return sorted(words - {*letter_words("train"), *letter_words("heldout")})
    common = list(lexicon.COMMON_WORDS)
    if use == "train":
        common += [*lexicon.THINGS, *(job for job in lexicon.OCCUPATIONS if "_" not in job)]
        common += [name.lower() for name in lexicon.RIVER_NAMES]
    return [word for word in dict.fromkeys(common) if _is_heldout(word) == (use == "heldout")]


def _is_heldout(word: str) -> bool:
    return hashlib.sha256(word.encode()).digest()[2] % 5 < 2
