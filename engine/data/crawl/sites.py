"""The sites of the crawl: who prints what, under which host, in which template.

All hosts end in ``.example``, which is reserved (RFC 2606): no real site is named.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass

from engine.data.crawl import templates
from engine.data.crawl.article import Article

_NOT_SLUG = re.compile("[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Site:
    """A host with a template."""

    host: str
    section: str
    template: Callable[[templates.Frame], str]
    kinds: tuple[str, ...] = ()
    """Kinds of the web's documents that are at home here."""

    def address(self, headline: str, number: int) -> str:
        """Where an article stands; ``number`` makes it the only one there."""
        slug = _NOT_SLUG.sub("-", headline.lower()).strip("-")[:60]
        return f"http://{self.host}/{self.section}/{number}-{slug}"

    def render(self, article: Article, rng: random.Random) -> str:
        """The whole page."""
        return self.template(templates.Frame(host=self.host, article=article, rng=rng))


SITES: tuple[Site, ...] = (
    Site("www.pocket-encyclopedia.example", "wiki", templates.encyclopedia, ("encyclopedia",)),
    Site("www.dunbury-herald.example", "local", templates.newspaper, ("news",)),
    Site("www.bramley-school.example", "lessons", templates.school, ("skills", "quiz", "reading")),
    Site("www.story-corner.example", "read", templates.stories, ("tale", "story")),
    Site("www.harbour-letters.example", "thread", templates.forum, ("letter", "faq")),
    Site("www.pocket-almanac.example", "year", templates.almanac, ("almanac", "list")),
    Site("www.fern-notebook.example", "notes", templates.notebook, ("notes",)),
)
MIRRORS: tuple[Site, ...] = (
    Site("mirror.page-hoard.example", "copy", templates.mirror),
    Site("www.readitagain.example", "p", templates.mirror),
    Site("cache.old-web.example", "snapshot", templates.mirror),
)
"""Sites that print what others wrote."""


def home_of(kind: str) -> Site:
    """The site where documents of ``kind`` are at home."""
    return next(site for site in SITES if kind in site.kinds)
