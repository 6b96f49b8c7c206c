"""The stories of the word problems: two or three steps, products up to 81 and sums up to 99."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

Numbers = dict[str, int]
"""By the letters that stand for them in a form; ``r`` is the result."""


@dataclass(frozen=True, slots=True)
class Form:
    """A story around its numbers.

    {a} and {b} are people, {t} and {s} things, {t1} and {s1} one of them each.
    """

    story: str
    asked: tuple[str, ...]
    """Different ways to ask."""
    steps: str
    reply: str
    draw: Callable[[random.Random], Numbers]


def _price(rng: random.Random) -> Numbers:
    x, y, c, r = (rng.randint(2, 9) for _ in range(4))
    p, q = y * c, x * r
    return {"x": x, "y": y, "c": c, "p": p, "q": q, "z": p + q, "r": r}


def _bill(rng: random.Random) -> Numbers:
    x, y, c, d = (rng.randint(2, 9) for _ in range(4))
    p, q = x * c, y * d
    return {"x": x, "y": y, "c": c, "d": d, "p": p, "q": q, "r": p + q}


def _bags_less(rng: random.Random) -> Numbers:
    x, y = rng.randint(2, 9), rng.randint(2, 9)
    z = rng.randint(2, 60)
    return {"x": x, "y": y, "z": z, "p": x * y, "r": x * y - z}


def _bags_more(rng: random.Random) -> Numbers:
    x, y, z = rng.randint(2, 9), rng.randint(2, 9), rng.randint(2, 30)
    return {"x": x, "y": y, "z": z, "p": x * y, "r": x * y + z}


def _more_shared(rng: random.Random) -> Numbers:
    m, r, y = rng.randint(2, 9), rng.randint(2, 9), rng.randint(2, 40)
    return {"x": m * r - y, "y": y, "p": m * r, "m": m, "r": r}


def _less_shared(rng: random.Random) -> Numbers:
    m, r, y = rng.randint(2, 9), rng.randint(2, 9), rng.randint(2, 18)
    return {"x": m * r + y, "y": y, "p": m * r, "m": m, "r": r}


def _times_as_many(rng: random.Random) -> Numbers:
    x, m = rng.randint(2, 9), rng.randint(2, 9)
    return {"x": x, "m": m, "p": x * m, "r": x * m + x}


def _more_than(rng: random.Random) -> Numbers:
    x, y = rng.randint(2, 40), rng.randint(2, 40)
    return {"x": x, "y": y, "p": x + y, "r": x + y + x}


def _paid(rng: random.Random) -> Numbers:
    x, y, r = rng.randint(2, 9), rng.randint(2, 9), rng.randint(2, 18)
    return {"x": x, "y": y, "p": x * y, "z": x * y + r, "r": r}


def _every_day(rng: random.Random) -> Numbers:
    p, m, y = rng.randint(2, 9), rng.randint(2, 9), rng.randint(2, 9)
    return {"x": p + y, "y": y, "p": p, "m": m, "r": p * m}


def _at_the_same_rate(rng: random.Random) -> Numbers:
    m, p, n = rng.randint(2, 9), rng.randint(2, 9), rng.randint(2, 9)
    return {"m": m, "z": m * p, "p": p, "n": n, "r": p * n}


def _chain(rng: random.Random) -> Numbers:
    x, y, z = rng.randint(5, 60), rng.randint(2, 39), rng.randint(2, 39)
    return {"x": x, "y": y, "z": z, "p": x + y, "r": x + y - z}


_HAS = ("How many {t} does {a} have now?",)
_LEFT = ("How many {t} are left?", "How many {t} does {a} keep?")
_TOGETHER = ("How many {t} do they have together?", "How many {t} are there in all?")
_EACH = ("How many {t} does each get?", "How many {t} are there for each?")
FORMS = (
    Form(
        "{a} buys {x} {t} and {y} {s}. Each {s1} costs {c} coins. All cost {z} coins together.",
        ("What does each {t1} cost?", "How many coins does each {t1} cost?"),
        "{y} x {c} = {p}. {z} - {p} = {q}. {q} / {x} = {r}.",
        "Each {t1} costs {r} coins.",
        _price,
    ),
    Form(
        "Each {t1} costs {c} coins and each {s1} costs {d} coins. {a} buys {x} {t} and {y} {s}.",
        ("What does {a} pay?", "How many coins does {a} pay?"),
        "{x} x {c} = {p}. {y} x {d} = {q}. {p} + {q} = {r}.",
        "{a} pays {r} coins.",
        _bill,
    ),
    Form(
        "{a} has {x} bags with {y} {t} in each and gives {z} {t} to {b}.",
        _LEFT,
        "{x} x {y} = {p}. {p} - {z} = {r}.",
        "{r} {t} are left.",
        _bags_less,
    ),
    Form(
        "{a} has {x} bags with {y} {t} in each and finds {z} more {t}.",
        _HAS,
        "{x} x {y} = {p}. {p} + {z} = {r}.",
        "{a} has {r} {t}.",
        _bags_more,
    ),
    Form(
        "{a} has {x} {t} and gets {y} more from {b}. {m} friends share them all.",
        _EACH,
        "{x} + {y} = {p}. {p} / {m} = {r}.",
        "Each gets {r} {t}.",
        _more_shared,
    ),
    Form(
        "{a} had {x} {t} and lost {y} of them. {m} friends share the others.",
        _EACH,
        "{x} - {y} = {p}. {p} / {m} = {r}.",
        "Each gets {r} {t}.",
        _less_shared,
    ),
    Form(
        "{a} has {x} {t}. {b} has {m} times as many.",
        _TOGETHER,
        "{x} x {m} = {p}. {p} + {x} = {r}.",
        "Together they have {r} {t}.",
        _times_as_many,
    ),
    Form(
        "{a} has {x} {t}. {b} has {y} more than {a}.",
        _TOGETHER,
        "{x} + {y} = {p}. {p} + {x} = {r}.",
        "Together they have {r} {t}.",
        _more_than,
    ),
    Form(
        "{a} has {z} coins and buys {x} {t} for {y} coins each.",
        ("How many coins are left?", "How many coins does {a} have then?"),
        "{x} x {y} = {p}. {z} - {p} = {r}.",
        "{r} coins are left.",
        _paid,
    ),
    Form(
        "Every day {a} finds {x} {t} and loses {y} of them.",
        ("How many {t} does {a} have after {m} days?",),
        "{x} - {y} = {p}. {p} x {m} = {r}.",
        "{a} has {r} {t}.",
        _every_day,
    ),
    Form(
        "There are {z} {t} in {m} bags, the same number in each.",
        ("How many {t} are in {n} bags?", "How many {t} do {n} bags hold?"),
        "{z} / {m} = {p}. {p} x {n} = {r}.",
        "They hold {r} {t}.",
        _at_the_same_rate,
    ),
    Form(
        "{a} had {x} {t}, got {y} from {b} and lost {z}.",
        (*_HAS, "How many {t} are left?"),
        "{x} + {y} = {p}. {p} - {z} = {r}.",
        "{a} has {r} {t}.",
        _chain,
    ),
)
