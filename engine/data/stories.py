"""Short stories with no facts in them: how the language of the little world runs."""

from __future__ import annotations

import random

from engine.data import lexicon
from engine.data.entities import Page
from engine.data.phrases import with_article

_OPENINGS = (
    "Once there was a child named {a} who lived near the {place}.",
    "{a} and {b} were best friends.",
    "Early one morning {a} went to the {place}.",
    "One day {a} lost {a_thing}.",
    "In the middle of the {season} {a} had an idea.",
    "{a} wanted a new {thing} more than anything else.",
)
_MIDDLES = (
    "{b} was already waiting there with {a_thing2}.",
    "On the way {a} met {a_adj} {animal}.",
    '"Have you seen my {thing}?" asked {a}. The {animal} shook its head.',
    "They looked under the bridge, behind the mill and in the {place}.",
    "Suddenly it began to rain, and the wind was cold.",
    '"Do not be afraid," said {b}. "We will do it together."',
    "The {animal} was {adj}, but {a} gave it a piece of bread.",
    "The {adj} light shone through the window.",
    "{a} opened the box, and inside lay {a_thing2}.",
    "They walked for a long time and sang a song.",
    "{b} laughed and ran up the hill.",
    "An old woman by the {place} told them which way to go.",
)
_ENDINGS = (
    "In the evening they all went home happy.",
    "And that is how {a} found the {thing}.",
    "From that day on {a} and the {animal} were friends.",
    '"What a day!" said {b}, and they both laughed.',
    "{a} never forgot that {season}.",
    "Then {a} put the {thing} on the table and went to bed.",
)
_PLACES = "river;mill;market;forest;harbour;old bridge;school;lighthouse;garden;library".split(";")
_ANIMALS = "fox;rabbit;crow;dog;cat;goat;mouse;owl;horse;duck".split(";")
_ADJECTIVES = "small;sad;clever;old;brown;friendly;hungry;golden;quiet;tired".split(";")
_SEASONS = "spring;summer;autumn;winter".split(";")


def story_page(rng: random.Random, *, long: bool = False) -> Page:
    """A story of about sixty words; a ``long`` one has several chapters (300 words)."""
    return Page(
        kind="tale", text="\n".join(_chapter(rng) for _ in range(rng.randint(4, 6) if long else 1))
    )


def _chapter(rng: random.Random) -> str:
    a, b = rng.sample(lexicon.FRIENDS, 2)
    thing, thing2 = rng.sample(lexicon.THINGS, 2)
    adjective = rng.choice(_ADJECTIVES)
    words = {
        "a": a,
        "b": b,
        "thing": thing,
        "a_thing": with_article(thing),
        "a_thing2": with_article(thing2),
        "place": rng.choice(_PLACES),
        "animal": rng.choice(_ANIMALS),
        "adj": adjective,
        "a_adj": with_article(adjective),
        "season": rng.choice(_SEASONS),
    }
    lines = [
        rng.choice(_OPENINGS),
        *rng.sample(_MIDDLES, rng.randint(3, 5)),
        rng.choice(_ENDINGS),
    ]
    return " ".join(line.format(**words) for line in lines)
