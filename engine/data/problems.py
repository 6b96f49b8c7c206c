"""Word problems with numbers that are too large for a small model's head, and their arithmetic.

``expression`` is what a calculator is to be asked for. The held-out wordings stand in no
conversation.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from engine.data import lexicon
from engine.data.entities import Split


@dataclass(frozen=True, slots=True)
class Problem:
    """A question, what has to be computed, and how the answer is said around ``{r}``."""

    question: str
    expression: str
    reply: str
    result: int


# (story, question, expression, reply, numbers): {a} and {b} are people, {t} things.
Form = tuple[str, str, str, str, Callable[[random.Random], tuple[int, ...]]]


def _rising(rng: random.Random) -> tuple[int, ...]:
    return rng.randint(21, 999), rng.randint(21, 999), rng.randint(11, 499)


def _falling(rng: random.Random) -> tuple[int, ...]:
    y, z = rng.randint(21, 499), rng.randint(11, 99)
    return y + z + rng.randint(5, 499), y, z


def _times(rng: random.Random) -> tuple[int, ...]:
    x, y = rng.randint(12, 99), rng.randint(3, 49)
    return x, y, rng.randint(5, x * y // 2)


def _shared(rng: random.Random) -> tuple[int, ...]:
    y = rng.randint(3, 29)
    return y * rng.randint(7, 60), y, rng.randint(2, 9)


_HAS = "How many {t} does {a} have now?"
TRAIN_FORMS: tuple[Form, ...] = (
    ("{a} has {x} {t}. {b} gives {a} {y} more.", _HAS, "{x} + {y}", "{a} has {r} {t}.", _rising),
    ("{a} finds {y} {t} and had {x} before.", _HAS, "{x} + {y}", "{a} has {r} {t}.", _rising),
    (
        "{a} has {x} {t}, {b} has {y} and they put them together.",
        "How many {t} are there?",
        "{x} + {y}",
        "There are {r} {t}.",
        _rising,
    ),
    (
        "On Monday {a} sold {x} {t}, on Tuesday {y} and on Friday {z}.",
        "How many {t} did {a} sell?",
        "{x} + {y} + {z}",
        "{a} sold {r} {t}.",
        _rising,
    ),
    ("{a} has {x} {t} and gives {y} to {b}.", _HAS, "{x} - {y}", "{a} has {r} {t}.", _falling),
    (
        "{a} had {x} {t}. {y} of them were lost.",
        "How many {t} are left?",
        "{x} - {y}",
        "{r} {t} are left.",
        _falling,
    ),
    (
        "{a} had {x} {t}, gave {y} to {b} and lost {z}.",
        "How many {t} are left?",
        "{x} - {y} - {z}",
        "{r} {t} are left.",
        _falling,
    ),
    (
        "{a} has {x} {t} and {b} has {y}.",
        "How many more {t} does {a} have?",
        "{x} - {y}",
        "{a} has {r} more {t}.",
        _falling,
    ),
    (
        "There are {x} boxes with {y} {t} in each box.",
        "How many {t} are there?",
        "{x} * {y}",
        "There are {r} {t}.",
        _times,
    ),
    (
        "{a} buys {y} {t} every day for {x} days.",
        "How many {t} does {a} buy?",
        "{x} * {y}",
        "{a} buys {r} {t}.",
        _times,
    ),
    (
        "{a} has {x} boxes of {y} {t} and gives {z} {t} to {b}.",
        "How many {t} are left?",
        "{x} * {y} - {z}",
        "{r} {t} are left.",
        _times,
    ),
    (
        "{a} packs {x} {t} into bags of {y}.",
        "How many bags are there?",
        "{x} / {y}",
        "There are {r} bags.",
        _shared,
    ),
    (
        "{y} friends share {x} {t}.",
        "How many {t} does each get?",
        "{x} / {y}",
        "Each gets {r} {t}.",
        _shared,
    ),
)
TRAIN_FORMS += (
    (
        "There were {x} {t} on the table. {a} puts {y} more there.",
        "How many {t} are on the table?",
        "{x} + {y}",
        "There are {r} {t}.",
        _rising,
    ),
    ("{a} had {x} {t} and got {y} from {b}.", _HAS, "{x} + {y}", "{a} has {r} {t}.", _rising),
    (
        "One shop sells {x} {t} and another one {y}.",
        "How many {t} do they sell?",
        "{x} + {y}",
        "They sell {r} {t}.",
        _rising,
    ),
    (
        "{a} needs {x} {t} but has only {y}.",
        "How many {t} are missing?",
        "{x} - {y}",
        "{r} {t} are missing.",
        _falling,
    ),
    (
        "Of {x} {t} {y} are broken.",
        "How many {t} are whole?",
        "{x} - {y}",
        "{r} {t} are whole.",
        _falling,
    ),
    (
        "{a} makes {x} {t} and {b} takes {y} of them away.",
        "How many {t} remain?",
        "{x} - {y}",
        "{r} {t} remain.",
        _falling,
    ),
    (
        "In every one of {x} rooms lie {y} {t}.",
        "How many {t} lie there?",
        "{x} * {y}",
        "{r} {t} lie there.",
        _times,
    ),
    (
        "{x} children bring {y} {t} each.",
        "How many {t} do they bring?",
        "{x} * {y}",
        "They bring {r} {t}.",
        _times,
    ),
    (
        "{a} puts {x} {t} into rows of {y}.",
        "How many rows are there?",
        "{x} / {y}",
        "There are {r} rows.",
        _shared,
    ),
)
HELDOUT_FORMS: tuple[Form, ...] = (
    (
        "{b} lends {a} {y} {t}. Before that {a} had {x} {t}.",
        _HAS,
        "{x} + {y}",
        "{a} has {r} {t}.",
        _rising,
    ),
    (
        "In a shop there are {x} {t}. {a} buys {y} of them.",
        "How many {t} are left?",
        "{x} - {y}",
        "{r} {t} are left.",
        _falling,
    ),
    (
        "Each of {x} shelves holds {y} {t}.",
        "How many {t} are there?",
        "{x} * {y}",
        "There are {r} {t}.",
        _times,
    ),
)


def plural(thing: str) -> str:
    """``apple`` -> ``apples``."""
    if thing == "loaf":
        return "loaves"
    return f"{thing}es" if thing[-1] in "sh" else f"{thing}s"


def problem(rng: random.Random, forms: Split = "train") -> Problem:
    """Draw a word problem, in a wording of the train or the held-out ones."""
    story, asked, sum_, reply, draw = rng.choice(TRAIN_FORMS if forms == "train" else HELDOUT_FORMS)
    a, b = rng.sample(lexicon.FRIENDS, 2)
    x, y, z = draw(rng)
    words = {"a": a, "b": b, "t": plural(rng.choice(lexicon.THINGS)), "x": x, "y": y, "z": z}
    result = _RESULTS[sum_](x, y, z)
    return Problem(
        question=f"{story} {asked}".format(**words),
        expression=sum_.format(**words),
        reply=reply.format(**words, r=result),
        result=result,
    )


_RESULTS: dict[str, Callable[[int, int, int], int]] = {
    "{x} + {y}": lambda x, y, z: x + y,
    "{x} + {y} + {z}": lambda x, y, z: x + y + z,
    "{x} - {y}": lambda x, y, z: x - y,
    "{x} - {y} - {z}": lambda x, y, z: x - y - z,
    "{x} * {y}": lambda x, y, z: x * y,
    "{x} * {y} - {z}": lambda x, y, z: x * y - z,
    "{x} / {y}": lambda x, y, z: x // y,
}
