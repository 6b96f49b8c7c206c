"""The pocket web's list of blocked sites: all invented, on a top-level domain nobody can own.

Real crawls use lists of millions of domains (FineWeb's is the University of Toulouse's). This one
is small enough to read, and the crawl's generator writes its spam from the same constants, so that
the funnel can be held against it. ``.example`` is reserved (RFC 2606): no real site is meant.
"""

from __future__ import annotations

from engine.data.funnel.url_rules import Blocklist

DOMAINS = (
    "luckyfoxcasino.example",
    "goldrain-slots.example",
    "spinharbour.example",
    "pillbarrel.example",
    "slimleaf-drops.example",
    "fastcoinloans.example",
    "payday-otter.example",
    "replica-watchtower.example",
    "buyfollowers-now.example",
    "essaymill-express.example",
    "torrent-cellar.example",
    "clickfarm-news.example",
)
"""Registrable domains: every host below them is blocked as well."""

HOSTS = (
    "promo.harbour-letters.example",
    "deals.dunbury-herald.example",
    "ads.pocket-almanac.example",
    "win.story-corner.example",
)
"""Hosts that are blocked although the rest of their domain is not."""

URLS = (
    "http://www.harbour-letters.example/free-gift",
    "http://www.dunbury-herald.example/sponsored/miracle-cure",
    "http://www.pocket-almanac.example/download/toolbar",
)
"""Addresses that are blocked although the rest of their site is not."""

WORDS = ("casino", "jackpot", "roulette", "viagrix", "payday", "warez", "escortix")
"""Words of an address any one of which blocks it; a word ends at anything but a letter or digit."""

SOFT_WORDS = ("bonus", "cheap", "discount", "pills", "loan", "lottery", "prize", "hot", "miracle")
"""Words that honest addresses have too: it takes two different ones to block an address."""

SUBWORDS = ("cheappills", "freecoins", "fastloan", "slotspin", "keygen", "weightlossdrop")
"""Strings that block an address wherever they stand in it, also across words and punctuation."""


def pocket_blocklist() -> Blocklist:
    """The list that the pocket web's spam is written from."""
    return Blocklist(
        domains=frozenset(DOMAINS),
        hosts=frozenset(HOSTS),
        urls=frozenset(URLS),
        words=frozenset(WORDS),
        soft_words=frozenset(SOFT_WORDS),
        subwords=frozenset(SUBWORDS),
    )
