"""Contaminated pages: held-out questions in the middle of pages that are fine otherwise."""

from __future__ import annotations

import random
from collections.abc import Sequence

from engine.data.crawl.article import Article, Block, gaps
from engine.data.crawl.prose import filled_up

_LEAD_INS = (
    "Question of the week: {q}",
    "{q}",
    "Who knows this one? {q}",
    "Q: {q}",
    "Seen in a test last year: {q}",
)


def with_questions(article: Article, questions: Sequence[str], rng: random.Random) -> Article:
    """The article with one to three of ``questions``, word for word, between its paragraphs."""
    blocks = list(article.blocks)
    for question in rng.sample(questions, min(len(questions), rng.randint(1, 3))):
        line = rng.choice(_LEAD_INS).format(q=question)
        blocks.insert(rng.choice(gaps(blocks)), Block("p", (line,)))
    return filled_up(Article(article.headline, tuple(blocks)), rng)
