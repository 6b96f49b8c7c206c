"""Invented e-mail addresses and public IPs, planted in sentences: the funnel must mask them all."""

from __future__ import annotations

import ipaddress
import random
from dataclasses import replace

from engine.data.crawl.article import Article, Block, gaps
from engine.data.lexicon import FRIENDS, LAST_ENDINGS, LAST_STEMS, TOWN_ENDINGS, TOWN_STEMS

SHARE = 0.03
"""Of all clean pages."""
_MAIL_SENTENCES = (
    "Write to {0} if you know more.",
    "Questions go to {0}.",
    "The office ({0}) answers within a week.",
    "You can reach the writer of these lines under {0}",
    "Corrections are welcome: {0}",
    "Please send photographs to <{0}> before the end of the month.",
    "Both {0} and {1} have the key to the hall.",
    "Our new address is {0}, the old one was {1}.",
)
_IP_SENTENCES = (
    "This page was changed from {0} last night.",
    "The library's server answers at {0}.",
    "Somebody at [{0}] has voted twice.",
    "Posted from {0}",
    "The visits came from {0}, {1} and from nowhere else.",
)


def mail_address(rng: random.Random) -> str:
    """An address in one of the shapes that people's addresses have."""
    first = rng.choice(FRIENDS).lower() + rng.choice(("", "a", "ina", "o"))
    last = (rng.choice(LAST_STEMS) + rng.choice(LAST_ENDINGS)).lower()
    domain = (rng.choice(TOWN_STEMS) + rng.choice(TOWN_ENDINGS)).lower()
    name = rng.choice(
        (first, f"{first}.{last}", f"{first[0]}{last}", f"{first}_{last}{rng.randint(2, 99)}",
         f"{first}+{rng.choice(('news', 'list', 'shop'))}", f"{first}-{last}")
    )  # fmt: skip
    host = rng.choice(("{0}.example", "mail.{0}.example", "post.the-{0}.example"))
    address = f"{name}@{host.format(domain)}"
    return address.upper() if rng.random() < 0.1 else address


def public_address(rng: random.Random) -> str:
    """An IPv4 address outside all private and reserved ranges."""
    while True:
        address = ipaddress.IPv4Address(rng.getrandbits(32))
        if address.is_global and not address.is_multicast:
            return str(address)


def with_personal_data(article: Article, rng: random.Random) -> Article:
    """The article with one such sentence, or two, between its blocks."""
    blocks, planted = list(article.blocks), list(article.personal)
    for _ in range(1 if rng.random() < 0.8 else 2):
        sentences, draw = rng.choice(((_MAIL_SENTENCES, mail_address),
                                      (_IP_SENTENCES, public_address)))  # fmt: skip
        sentence = rng.choice(sentences)
        drawn = [draw(rng) for _ in range(2 if "{1}" in sentence else 1)]
        blocks.insert(rng.choice(gaps(blocks)), Block("p", (sentence.format(*drawn),)))
        planted += drawn
    return replace(article, blocks=tuple(blocks), personal=tuple(planted))
