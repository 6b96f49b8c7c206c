"""Articles in other languages."""

from __future__ import annotations

import random

from engine.data.crawl.article import Article, paragraphs
from engine.data.crawl.foreign_phrases import PHRASEBOOKS, Phrasebook


def foreign(rng: random.Random) -> tuple[str, Article]:
    """The language (ISO 639-1) and an article written in it."""
    book = rng.choice(PHRASEBOOKS)
    templates = rng.sample(book.sentences, rng.randint(7, len(book.sentences)))
    lines, start = [], 0
    while start < len(templates):
        length = rng.randint(1, 4)
        sentences = (_fill(book, template, rng) for template in templates[start : start + length])
        lines.append(" ".join(sentences))
        start += length
    return book.code, Article(_fill(book, rng.choice(book.headlines), rng), paragraphs(lines))


def _fill(book: Phrasebook, template: str, rng: random.Random) -> str:
    who, other = rng.sample(book.names, 2)
    return template.format(
        who=who,
        other=other,
        town=rng.choice(book.towns),
        thing=rng.choice(book.things),
        place=rng.choice(book.places),
        month=rng.choice(book.months),
        year=rng.randint(1790, 1989),
        n=rng.randint(3, 60),
    )
