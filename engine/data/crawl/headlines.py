"""Headlines of three words or more, some with letters beyond ASCII: encodings break on them."""

from __future__ import annotations

import random
from collections.abc import Sequence

from engine.data.entities import Page

_ABOUT_ONE = (
    "A page about {a} and other things",
    "Read today: {a} and more",
    "From the archive – {a}",
    "What the papers say about {a}",
    "A visit to the Café Zoë: {a} and others",
    "“{a}” and what else is new",
)
_ABOUT_TWO = (
    "{a} and {b}",
    "From {a} to {b}",
    "A page about {a} and {b}",
    "{a}, {b} and more – a collection",
    "Noted this week: {a}, {b}",
    "Our déjà vu of the day: {a} and {b}",
)
_ABOUT_NOTHING = (
    "Stories and sums for a quiet evening",
    "Something to read and something to solve",
    "A page for rainy days – number {number}",
    "Exercises and tales, part {number}",
    "For young readers: part {number}",
    "Sheet {number} from the reading room",
)


def headline(documents: Sequence[Page], rng: random.Random) -> str:
    """A headline from the names that stand in the documents."""
    names = list(dict.fromkeys(name.strip('"') for page in documents for name, _ in page.facts[:1]))
    if len(names) > 1:
        first, second = rng.sample(names, 2)
        return rng.choice(_ABOUT_TWO).format(a=first, b=second)
    if names:
        return rng.choice(_ABOUT_ONE).format(a=names[0])
    return rng.choice(_ABOUT_NOTHING).format(number=rng.randint(2, 900))
