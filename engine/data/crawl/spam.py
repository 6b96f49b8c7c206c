"""Spam: pages that want to be found and not read. What they say is made up here.

Some stand where the blocklist knows them, some give themselves away by what they look like.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from engine.data.crawl.article import Article, Block, paragraphs
from engine.data.funnel import blocklist
from engine.data.lexicon import COMMON_WORDS

LISTED = 0.6
"""Share of spam that the blocklist knows by its address."""
FRESH_HOSTS = (
    "www.best-offers-4u.example",
    "shop.kettle-bargains.example",
    "www.top-reviews-today.example",
    "blog.get-more-clicks.example",
    "www.instant-wealth.example",
)
"""Hosts that no list knows yet."""
_HONEST_HOSTS = (
    "www.pocket-market.example", "www.fern-forum.example", "www.town-board.example",
)  # fmt: skip
_PITCHES = (
    "Play {a} games tonight and win {n} coins before midnight!",
    "Doctors hate this one {a} trick that melts away {n} pounds.",
    "Get a loan of {n} coins in five minutes, no questions asked!",
    "Our {a} pills cost only {n} coins and ship to every village.",
    "Click the {a} button now and claim your free {b}.",
    "Only {n} places left: become rich from home with a simple {b}.",
    "Thousands of happy winners already own a golden {b}.",
    "Buy {n} followers today and get a {a} {b} on top.",
    "Your neighbour has already earned {n} coins with this {b}.",
    "Limited offer: the {a} {b} for half of what it costs elsewhere.",
)
_SLUGS = ("offer", "deal", "win-big", "best-price", "limited", "secret-tip", "members")


def pitch(rng: random.Random) -> str:
    """One sentence that sells."""
    return rng.choice(_PITCHES).format(
        a=rng.choice(COMMON_WORDS), b=rng.choice(COMMON_WORDS), n=rng.randint(11, 99_999)
    )


def listed_address(number: int, rng: random.Random) -> str:
    """An address that breaks a URL rule of the pocket web's blocklist, each rule in its turn."""
    slug = f"{rng.choice(_SLUGS)}-{number}"
    honest = rng.choice(_HONEST_HOSTS)
    match rng.choices(("domain", "host", "url", "word", "soft", "subword"), (20, 8, 1, 6, 4, 4))[0]:
        case "domain":
            prefix = rng.choice(("www.", "", "m.", "play."))
            return f"http://{prefix}{rng.choice(blocklist.DOMAINS)}/{slug}"
        case "host":
            return f"http://{rng.choice(blocklist.HOSTS)}/{slug}"
        case "url":
            return rng.choice(blocklist.URLS)  # a crawler comes by more than once
        case "word":
            return f"http://{honest}/{rng.choice(blocklist.WORDS)}/{slug}"
        case "soft":
            return f"http://{honest}/{'-'.join(rng.sample(blocklist.SOFT_WORDS, 2))}/{slug}"
        case _:
            return f"http://{honest}/{rng.choice(blocklist.SUBWORDS)}/{slug}"


def _sales_page(rng: random.Random) -> Article:
    lines = [pitch(rng) for _ in range(rng.randint(8, 20))]
    return Article(rng.choice(lines), paragraphs(lines))


def _shouting(rng: random.Random) -> Article:
    """One pitch, over and over."""
    chorus = [pitch(rng) for _ in range(2)]
    lines = [rng.choice(chorus) for _ in range(rng.randint(10, 25))]
    return Article(chorus[0], paragraphs(lines))


def _keywords(rng: random.Random) -> Article:
    """What search engines once fell for: words, and nothing between them."""
    lines = [
        ", ".join(f"buy {word} online" for word in rng.sample(COMMON_WORDS, rng.randint(5, 9)))
        for _ in range(rng.randint(4, 10))
    ]
    return Article("Best prices for everything", paragraphs(lines))


def _tags(rng: random.Random) -> Article:
    """Hashtags."""
    lines = [
        f"{pitch(rng)} " + " ".join(f"#{word}" for word in rng.sample(COMMON_WORDS, 8))
        for _ in range(rng.randint(5, 10))
    ]
    return Article("Follow us for more", paragraphs(lines))


def _link_farm(rng: random.Random) -> Article:
    """A list of catchwords."""
    items = [
        Block("li", (f"{rng.choice(('cheap', 'free', 'new'))} {rng.choice(COMMON_WORDS)}",))
        for _ in range(rng.randint(60, 90))
    ]
    return Article("All our offers on one page", tuple(items))


_GIVEN_AWAY: tuple[Callable[[random.Random], Article], ...] = (
    _shouting,
    _keywords,
    _tags,
    _link_farm,
)


def spam(number: int, rng: random.Random) -> tuple[str, Article]:
    """Address and content of spam page ``number``."""
    if rng.random() < LISTED:
        return listed_address(number, rng), _sales_page(rng)
    address = f"http://{rng.choice(FRESH_HOSTS)}/{rng.choice(_SLUGS)}-{number}"
    return address, rng.choice(_GIVEN_AWAY)(rng)
