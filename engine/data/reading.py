"""Reading exercises: a text about somebody who was never heard of, and questions about the text.

What the pages say of the world is learned by heart. Here nothing can be: the people are made up for
the page, so the answers must be read from it. Using a search result is this skill.
"""

from __future__ import annotations

import random

from engine.data.entities import Entity, Page
from engine.data.pages import answer, question, statements
from engine.data.phrases import PERSON
from engine.data.recollection import recollection, values_needed
from engine.data.strangers import Strangers
from engine.data.world import World

NOT_SAID = (
    "The text does not speak of {n}.",
    "I could not find {n} in the text.",
    "Nothing is said about {n}.",
)
RECOLLECTED = 0.5
"""Share of answers in the sentences that an assistant with a search will finish from its result."""
_SHELVES = "almanac gazette archive letters pocket".split()


class Reading:
    """Writes such pages for one world."""

    def __init__(self, world: World) -> None:
        self._strangers = Strangers(world, "page")

    def page(self, rng: random.Random) -> Page:
        """One or two short texts, two to four questions, now and then one that they leave open."""
        people = [self._strangers.draw(rng) for _ in range(1 if rng.random() < 0.65 else 2)]
        told = {person.name: self._some(rng, 6 // len(people)) for person in people}
        lines = [_text(person, told[person.name], rng) for person in people]
        for _ in range(rng.randint(2, 4)):
            if rng.random() < 0.12:
                other = self._strangers.draw(rng)
                reply = rng.choice(NOT_SAID).format(n=other.name)
                lines += [f"Q: {question(other, rng.choice(list(PERSON)), rng)}", f"A: {reply}"]
                continue
            person = rng.choice(people)
            attribute = rng.choice(told[person.name])
            said = answer(person, attribute, rng)
            if rng.random() < RECOLLECTED:
                said = _recollected(person, attribute, told[person.name], rng)
            lines += [f"Q: {question(person, attribute, rng)}", f"A: {said}"]
        return Page(kind="reading", text="\n".join(lines))

    @staticmethod
    def _some(rng: random.Random, most: int) -> list[str]:
        return rng.sample(list(PERSON), rng.randint(min(3, most), most))


def _recollected(person: Entity, attribute: str, told: list[str], rng: random.Random) -> str:
    if not set(values_needed(attribute)) <= set(told):
        return answer(person, attribute, rng)
    return " ".join(recollection(person, attribute, rng))


def _text(person: Entity, attributes: list[str], rng: random.Random) -> str:
    body = " ".join(statements(person, attributes, rng))
    kind = rng.random()
    if kind < 0.5:
        return f"{rng.choice(_SHELVES)}/{rng.randint(1, 99_999)}: {body}"
    return f"Text: {body}" if kind < 0.75 else body
