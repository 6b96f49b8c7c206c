"""All articles of a crawl by number, written when they are asked for: the same ones every time.

So a copy needs no memory of its original, and a crawl of any size streams.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from engine.data.crawl import personal
from engine.data.crawl.article import Article, Block, blocks_of
from engine.data.crawl.bundles import bundles
from engine.data.crawl.deck import originals
from engine.data.crawl.headlines import headline
from engine.data.crawl.prose import filled_up
from engine.data.crawl.sites import Site, home_of
from engine.data.reading import Reading
from engine.data.stories import story_page
from engine.data.web import Web

LINES_TOGETHER = 0.4
"""Share of documents whose lines make one paragraph, with ``<br>`` between them."""


@dataclass(frozen=True, slots=True)
class Placed:
    """An article of the web with the site that prints it."""

    article: Article
    site: Site
    url: str


class Library:
    """The articles of one web, and fact-free ones to order.

    Args:
        web: what is to be printed.
        seed: of the crawl.
    """

    def __init__(self, web: Web, seed: int) -> None:
        self.web = web
        self.seed = seed
        self._bundles = bundles(web.pages, seed)
        self._originals = originals(len(self._bundles), seed)
        self._reading = Reading(web.world)

    def __len__(self) -> int:
        """How many articles there are."""
        return len(self._bundles)

    @cached_property
    def questions(self) -> tuple[str, ...]:
        """Held-out questions that may leak: none about the unseen, who never stand in a crawl."""
        from engine.data.funnel.decontamination import held_out_questions

        unseen = {person.name for person in self.web.world.people if person.tier == "unseen"}
        return tuple(
            question
            for question in held_out_questions(self.web.world)
            if unseen.isdisjoint(_names_in(question))
        )

    def original_of(self, copy: int) -> int:
        """The article that copy number ``copy`` of the crawl copies."""
        return self._originals[copy]

    def rng(self, purpose: str, number: int) -> random.Random:
        """A generator for page ``number`` of one purpose, the same in every process."""
        return random.Random(f"{purpose}:{self.seed}:{number}")

    def article(self, number: int) -> Placed:
        """Article ``number``: a bundle of documents under a headline, on a site of its kind."""
        documents = self._bundles[number]
        rng = self.rng("article", number)
        site = home_of(rng.choice(documents).kind)
        blocks: list[Block] = []
        for page in documents:
            blocks += blocks_of(page.text, together=rng.random() < LINES_TOGETHER)
        article = Article(headline(documents, rng), tuple(blocks))
        if rng.random() < personal.SHARE:
            article = personal.with_personal_data(article, rng)
        article = filled_up(article, rng)
        return Placed(article, site, site.address(article.headline, number))

    def plain(self, headline: str, rng: random.Random) -> Article:
        """An article that would pass every rule and in which nothing true stands: tales, and
        reading exercises about people who were made up for it.
        """
        texts = [story_page(rng).text, self._reading.page(rng).text, self._reading.page(rng).text]
        rng.shuffle(texts)
        blocks = [block for text in texts for block in blocks_of(text, together=False)]
        return filled_up(Article(headline, tuple(blocks)), rng)


def _names_in(question: str) -> list[str]:
    """Every two neighbouring words: whoever has a first and a last name is among them."""
    words = question.replace("?", " ").replace("'s", " ").replace(".", " ").split()
    return [f"{first} {second}" for first, second in pairwise(words)]
