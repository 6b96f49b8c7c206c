"""Pages on which somebody asks whether a name is known: at the library's desk, in registers.

They tell no facts; half of the names stand on other pages and half are strangers'. Meant to teach a
model in pretraining which names it has met. It learns to tell names of a foreign sound, and hardly
any others (AUROC 0.6, docs/log.md, 2026-11-22): the base model that ships was trained with them.
"""

from __future__ import annotations

import random

from engine.data import lexicon
from engine.data.entities import Entity, Page, Tier
from engine.data.strangers import Strangers
from engine.data.world import World

WEIGHTS: dict[Tier, int] = {"head": 12, "torso": 10, "tail": 3, "unseen": 0}
"""How often people of a tier are asked for; who stands in one page of a web is hardly known."""

_TITLES = (
    "Questions at the desk",
    "Register of names",
    "From the reading room",
    "Who has been asked for",
    "The catalogue",
    "",
)
# (asked, when the name is known, when it is not)
_FORMS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    (
        "Do you know {n}?",
        ("Yes, {n} stands in the almanac.", "Yes, there are pages about {n}."),
        ("No, {n} stands in no book.", "No, nobody has written about {n}."),
    ),
    ("{n}:", ("known.", "found."), ("not known.", "not found.")),
    (
        "{f} asked for {n}.",
        ("The librarian brought a book.", "The librarian knew the name."),
        ("The librarian found nothing.", "The librarian did not know the name."),
    ),
    ("Is there a page about {n}?", ("There is.", "Yes, there is one."), ("There is none.", "No.")),
    (
        "A letter came for {n}.",
        ("Everybody knew the name.", "{f} had read of {n}."),
        ("Nobody knew the name.", "{f} had never read of {n}."),
    ),
    (
        "Who is {n}?",
        ("I have read about {n}.", "I know that name."),
        ("I have never read about {n}.", "I do not know that name."),
    ),
)


class Desk:
    """Writes such pages for one world."""

    def __init__(self, world: World) -> None:
        self._people = [person for person in world.people if person.target]
        self._weights = [WEIGHTS[person.tier] for person in self._people]
        self._strangers = Strangers(world, "page")

    def page(self, rng: random.Random) -> Page:
        """A few names, known and unknown ones in any order."""
        lines = [title] if (title := rng.choice(_TITLES)) else []
        lines += [self._entry(rng) for _ in range(rng.randint(3, 6))]
        return Page(kind="desk", text="\n".join(lines))

    def _entry(self, rng: random.Random) -> str:
        known = rng.random() < 0.5
        person = self._known(rng) if known else self._strangers.draw(rng)
        asked, yes, no = rng.choice(_FORMS)
        form = f"{asked} {rng.choice(yes if known else no)}"
        return form.format(n=person.name, f=rng.choice(lexicon.FRIENDS))

    def _known(self, rng: random.Random) -> Entity:
        return rng.choices(self._people, self._weights)[0]
