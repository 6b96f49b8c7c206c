"""Pages that are too short to say something, and pages longer than any reader."""

from __future__ import annotations

import random

from engine.data import lexicon
from engine.data.crawl.article import Article, paragraphs
from engine.data.crawl.prose import Prose

TOO_LONG_WORDS = 100_600
"""Just above what Gopher's quality rules let pass."""
_STUBS = (
    "This page has moved.",
    "The gallery is closed for the winter.",
    "Please come back later, we are still writing.",
    "No results were found for your search.",
    "The meeting of {word} friends was put off.",
    "Here you will soon read about the {word}.",
)
_PASTS = "took brought lent sold counted moved painted mended weighed found".split()


def too_short(rng: random.Random) -> Article:
    """A sentence or two, or a single picture with its caption."""
    if rng.random() < 0.5:
        lines = [Prose(rng).line()]
    else:
        lines = [
            stub.format(word=rng.choice(lexicon.COMMON_WORDS))
            for stub in rng.sample(_STUBS, rng.randint(1, 3))
        ]
    return Article(f"A page about {rng.choice(lexicon.COMMON_WORDS)}s", paragraphs(lines))


def _surname(rng: random.Random) -> str:
    return rng.choice(lexicon.LAST_STEMS) + rng.choice(lexicon.LAST_ENDINGS)


def _entry(rng: random.Random) -> str:
    """A sentence of which no five words in a row are likely to come again."""
    names = [_surname(rng) for _ in range(4)]
    words, things = rng.choices(lexicon.COMMON_WORDS, k=4), rng.choices(lexicon.THINGS, k=2)
    return (
        f"{names[0]} {rng.choice(_PASTS)} {rng.randint(2, 999)} {words[0]} {things[0]}s to "
        f"{names[1]} and {names[2]} {rng.choice(_PASTS)} the {words[1]} {things[1]} of {names[3]} "
        f"with {words[2]} {words[3]}s."
    )


def too_long(rng: random.Random) -> Article:
    """A store's ledger of many years: every entry a sentence, no two alike."""
    lines, count = [], 0
    while count < TOO_LONG_WORDS:
        paragraph = " ".join(_entry(rng) for _ in range(8))
        lines.append(paragraph)
        count += len(paragraph.split())
    return Article(f"The ledger of {_surname(rng)} and sons, all volumes", paragraphs(lines))
