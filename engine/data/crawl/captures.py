"""One page of each kind as the crawler captures it: bytes on the wire, and the truth about them.

Every writer is a function of the library and a number, so pages can be written in any order.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from engine.data.crawl import leaks, lengths, noise
from engine.data.crawl.article import Article
from engine.data.crawl.duplicates import near_copy
from engine.data.crawl.flaws import Sent, send
from engine.data.crawl.foreign import foreign
from engine.data.crawl.labels import Label, LabelName
from engine.data.crawl.library import Library
from engine.data.crawl.sites import MIRRORS, SITES, Site
from engine.data.crawl.spam import listed_address, spam
from engine.data.crawl.unreadable import unreadable


@dataclass(frozen=True, slots=True)
class Capture:
    """A page and its label, which has no ``id`` yet."""

    sent: Sent
    label: Label


Writer = Callable[[Library, int], Capture]


def clean(library: Library, number: int) -> Capture:
    """Article ``number`` of the library."""
    placed = library.article(number)
    rng = library.rng("clean", number)
    sent = send(placed.site.render(placed.article, rng), rng)
    return Capture(
        sent,
        Label(
            url=placed.url,
            label="clean",
            pii=placed.article.personal,
            flaws=sent.flaws,
            text=placed.article.text,
        ),
    )


def exact_duplicate(library: Library, number: int) -> Capture:
    """The same main text on another site, in another template."""
    original = library.article(library.original_of(number))
    rng = library.rng("exact", number)
    site = rng.choice([site for site in (*MIRRORS, *SITES) if site != original.site])
    sent = send(site.render(original.article, rng), rng)
    label = Label(
        url=site.address(original.article.headline, len(library) + number),
        label="exact_duplicate",
        copy_of=original.url,
        jaccard=1.0,
        pii=original.article.personal,
        flaws=sent.flaws,
    )
    return Capture(sent, label)


def _near(name: LabelName, least: float, most: float) -> Writer:
    def write(library: Library, number: int) -> Capture:
        original = library.article(library.original_of(number))
        rng = library.rng("near", number)
        article, alike = near_copy(original.article, least, rng.uniform(least, most), rng)
        site = rng.choice((*MIRRORS, original.site))
        sent = send(site.render(article, rng), rng)
        label = Label(
            url=site.address(article.headline, len(library) + number),
            label=name,
            copy_of=original.url,
            jaccard=alike,
            pii=article.personal,
            flaws=sent.flaws,
        )
        return Capture(sent, label)

    return write


MUST_GO = 0.8
"""Likeness from which on a copy counts as a duplicate."""
near_duplicate = _near("near_duplicate", MUST_GO, 1.0)
looser_copy = _near("near_copy", 0.5, MUST_GO)


def spam_page(library: Library, number: int) -> Capture:
    """Spam, by its address or by its looks."""
    rng = library.rng("spam", number)
    url, article = spam(number, rng)
    return _dressed(url, article, "spam", rng)


def blocked_domain(library: Library, number: int) -> Capture:
    """A page that would pass every rule but those about its address."""
    rng = library.rng("blocked", number)
    article = library.plain(f"Notes of a reader, number {number}", rng)
    return _dressed(listed_address(number, rng), article, "blocked_domain", rng)


def foreign_page(library: Library, number: int) -> Capture:
    """An article in another language."""
    rng = library.rng("foreign", number)
    code, article = foreign(rng)
    url = f"http://www.{code}-journal.example/{rng.randint(1990, 2024)}/{number}"
    return _dressed(url, article, "foreign_language", rng, language=code)


def contaminated(library: Library, number: int) -> Capture:
    """A page that would pass every rule but for the held-out questions on it."""
    rng = library.rng("contaminated", number)
    plain = library.plain(f"Riddles and readings, part {number}", rng)
    article = leaks.with_questions(plain, library.questions, rng)
    return _dressed(_own_address("quiz-night", number), article, "contaminated", rng)


def broken(library: Library, number: int) -> Capture:
    """A body that is no page."""
    rng = library.rng("unreadable", number)
    charset = rng.choice(("utf-8", None))
    url = _own_address("old-uploads", number)
    return Capture(Sent(unreadable(rng), charset), Label(url=url, label="unreadable"))


def _plain_junk(name: LabelName, host: str, write: Callable[[random.Random], Article]) -> Writer:
    def capture(library: Library, number: int) -> Capture:
        rng = library.rng(name, number)
        return _dressed(_own_address(host, number), write(rng), name, rng)

    return capture


WRITERS: dict[LabelName, Writer] = {
    "clean": clean,
    "exact_duplicate": exact_duplicate,
    "near_duplicate": near_duplicate,
    "near_copy": looser_copy,
    "spam": spam_page,
    "blocked_domain": blocked_domain,
    "foreign_language": foreign_page,
    "gibberish": _plain_junk("gibberish", "random-words", noise.gibberish),
    "boilerplate": _plain_junk("boilerplate", "new-site", noise.boilerplate),
    "too_short": _plain_junk("too_short", "small-pages", lengths.too_short),
    "too_long": _plain_junk("too_long", "whole-ledgers", lengths.too_long),
    "repetitive": _plain_junk("repetitive", "same-again", noise.repetitive),
    "code": _plain_junk("code", "code-snippets", noise.code),
    "contaminated": contaminated,
    "unreadable": broken,
}


def _own_address(host: str, number: int) -> str:
    return f"http://www.{host}.example/page/{number}"


def _dressed(
    url: str, article: Article, name: LabelName, rng: random.Random, *, language: str = "en"
) -> Capture:
    site: Site = rng.choice((*SITES, *MIRRORS))
    sent = send(site.render(article, rng), rng)
    return Capture(sent, Label(url=url, label=name, language=language, flaws=sent.flaws))
