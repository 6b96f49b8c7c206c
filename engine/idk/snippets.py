"""Step 1: passages to ask about, from the pages that the model has read and from new ones.

Llama 3 takes snippets of its pretraining data. Here most are pages of the training web, from those
about whom it has read often to those about whom it has read once; the others are pages about people
made up after training, of whom it cannot know.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

from engine.data.entities import Entity, Page, Tier
from engine.data.pages import write_page
from engine.data.phrases import PERSON
from engine.data.strangers import Strangers
from engine.data.web import Web

NEW = "new"
"""The group of people that stand on no page of the training web."""
SHARES: dict[Tier, float] = {"head": 0.07, "torso": 0.33, "tail": 0.22}
NEW_SHARE = 0.38


@dataclass(frozen=True, kw_only=True, slots=True)
class Snippet:
    """A passage and the one fact on it that is asked for."""

    id: str
    text: str
    entity: str
    attribute: str
    group: str
    """Exposure tier, or ``NEW``."""


def people_asked(web: Web, n_strangers: int, seed: int) -> dict[str, Entity]:
    """Whom the stage may ask about, by name: no held-out and no development people.

    The same in every process, so that a resumed run asks about the same people.
    """
    known = [p for p in web.world.people if p.split == "train" and not p.development and p.target]
    strangers, rng = Strangers(web.world, "dialogue"), random.Random(f"idk:strangers:{seed}")
    new = [strangers.draw(rng) for _ in range(n_strangers)]
    return {person.name: person for person in (*known, *new)}


def draw_snippets(web: Web, people: Mapping[str, Entity], count: int, seed: int) -> list[Snippet]:
    """``count`` snippets, ``SHARES`` of each group; fewer where there are not as many facts."""
    rng = random.Random(f"idk:snippets:{seed}")
    pages: dict[tuple[str, str], list[Page]] = {}
    for page in web.pages:
        for known in page.facts:
            pages.setdefault(known, []).append(page)
    drawn = []
    for tier, share in SHARES.items():
        members = [p for p in people.values() if p.tier == tier]
        facts = [(p, a) for p in members for a in p.values if (p.name, a) in pages]
        for person, attribute in _some(facts, int(count * share), rng):
            page = rng.choice(pages[person.name, attribute])
            drawn.append(_snippet(person, attribute, page, tier))
    new = [(p, a) for p in people.values() if p.tier == "unseen" for a in p.values]
    for person, attribute in _some(new, int(count * NEW_SHARE), rng):
        attributes = [attribute, *rng.sample([a for a in PERSON if a != attribute], 2)]
        rng.shuffle(attributes)
        page = write_page(person, "encyclopedia", attributes, rng)
        drawn.append(_snippet(person, attribute, page, NEW))
    rng.shuffle(drawn)
    return drawn


def _some(
    facts: list[tuple[Entity, str]], count: int, rng: random.Random
) -> list[tuple[Entity, str]]:
    return rng.sample(facts, min(count, len(facts)))


def _snippet(person: Entity, attribute: str, page: Page, group: str) -> Snippet:
    return Snippet(
        id=f"{group}/{person.name}/{attribute}",
        text=page.text,
        entity=person.name,
        attribute=attribute,
        group=group,
    )
