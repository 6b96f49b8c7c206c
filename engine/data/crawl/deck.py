"""Which pages a crawl has, and in which order the crawler meets them."""

from __future__ import annotations

import random

from engine.data.crawl.labels import LABELS, LabelName

SHARES: dict[LabelName, float] = {
    "clean": 1.0,
    "exact_duplicate": 0.17,
    "near_duplicate": 0.14,
    "near_copy": 0.035,
    "spam": 0.17,
    "blocked_domain": 0.09,
    "foreign_language": 0.17,
    "gibberish": 0.05,
    "boilerplate": 0.06,
    "too_short": 0.05,
    "too_long": 0.00048,
    "repetitive": 0.04,
    "code": 0.035,
    "contaminated": 0.022,
    "unreadable": 0.03,
}
"""Pages of each label a clean page."""
COPIES: tuple[LabelName, ...] = ("exact_duplicate", "near_duplicate", "near_copy")
SECOND_COPIES = 0.15
"""Share of copies whose original another page copies too."""

Card = tuple[LabelName, int]
"""A page: its label, and its number among those of that label; copies are numbered through."""


def counts(n_clean: int) -> dict[LabelName, int]:
    """Pages of each label in a crawl with ``n_clean`` articles."""
    return {label: max(1, round(SHARES[label] * n_clean)) for label in LABELS}


def originals(n_clean: int, seed: int) -> list[int]:
    """The article that each copy copies, by the copy's number."""
    n_copies = sum(counts(n_clean)[label] for label in COPIES)
    rng = random.Random(f"originals:{seed}")
    drawn = rng.sample(range(n_clean), min(n_clean, n_copies))
    drawn += rng.choices(range(n_clean), k=n_copies - len(drawn))
    for number in range(1, n_copies):
        if rng.random() < SECOND_COPIES:
            drawn[number] = drawn[rng.randrange(number)]
    return drawn


def deck(n_clean: int, seed: int) -> list[Card]:
    """Every page of the crawl, in crawl order.

    The order is random, but an original comes before its copies: whoever keeps the first of a
    cluster keeps the original.
    """
    rng = random.Random(f"deck:{seed}")
    cards: list[Card] = []
    copied = 0
    for label, count in counts(n_clean).items():
        first = copied if label in COPIES else 0
        cards += [(label, first + number) for number in range(count)]
        copied += count if label in COPIES else 0
    rng.shuffle(cards)
    originals_of = originals(n_clean, seed)
    families: dict[int, list[int]] = {}
    for place, (label, number) in enumerate(cards):
        if label in COPIES:
            families.setdefault(originals_of[number], []).append(place)
    for place, (label, number) in enumerate(list(cards)):
        if label == "clean" and number in families:
            first = min(families[number])
            if first < place:
                cards[first], cards[place] = cards[place], cards[first]
    return cards
