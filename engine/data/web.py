"""The pocket web: pages written until every fact stands on as many of them as it should.

Three parts, from one seed: pages to train on, held-out pages (new wordings of the same world, for
bits per byte) and search-only pages that hold the unseen people.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from engine.data.entities import Entity, Page
from engine.data.pages import KINDS, question_and_answer, statements, write_list, write_page
from engine.data.phrases import PHRASES
from engine.data.reading import Reading
from engine.data.skills import skill_page
from engine.data.stories import story_page
from engine.data.world import World, WorldConfig

LIST_TITLES = {
    "birthplace": "People from {v}:",
    "occupation": "People who worked as {v}:",
    "school": "Former students of {v}:",
    "residence": "People who lived in {v}:",
}
LISTS_A_PERSON = 0.25
ALMANAC_PAGES = 0.02
QUIZ_PAGES = 0.04
HELDOUT_PAGES = 0.01


@dataclass(frozen=True, kw_only=True, slots=True)
class Web:
    """A world and everything written about it."""

    world: World
    pages: tuple[Page, ...]
    heldout_pages: tuple[Page, ...]
    search_pages: tuple[Page, ...]
    exposures: Counter[tuple[str, str]]
    """(entity, attribute) -> number of training pages on which the fact stands."""

    @staticmethod
    def build(config: WorldConfig) -> Web:
        """Write the web of ``config``; a few seconds for the full size."""
        world = World.build(config)
        rng = random.Random(f"web:{config.seed}")
        pages = [page for entity in world.entities() for page in _pages_of(entity, rng)]
        pages += _lists(world, rng)
        about_entities = len(pages)
        pages += [_almanac(world, rng) for _ in range(int(about_entities * ALMANAC_PAGES))]
        pages += [_quiz(world, rng) for _ in range(int(about_entities * QUIZ_PAGES))]
        pages += [skill_page(rng) for _ in range(config.skill_pages)]
        pages += [story_page(rng, long=i % 20 == 0) for i in range(config.story_pages)]
        reading = Reading(world)
        pages += [reading.page(rng) for _ in range(config.reading_pages)]
        rng.shuffle(pages)  # unshuffled pages are hardly learned (arXiv 2309.14316, section 4)
        return Web(
            world=world,
            pages=tuple(pages),
            heldout_pages=tuple(_heldout(world, int(len(pages) * HELDOUT_PAGES) + 20)),
            search_pages=tuple(_search_only(world)),
            exposures=Counter(fact for page in pages for fact in page.facts),
        )


@lru_cache(maxsize=2)
def web_of(config: WorldConfig) -> Web:
    """The web of ``config``, built once a process."""
    return Web.build(config)


def _kinds_for(entity: Entity) -> tuple[list[str], list[int]]:
    """FAQ pages stand for the train split only: nobody ever asks about held-out entities."""
    kinds = [kind for kind in KINDS if kind != "faq" or entity.split == "train"]
    return kinds, [KINDS[kind][2] for kind in kinds]


def _pages_of(entity: Entity, rng: random.Random) -> list[Page]:
    """Write pages until each fact of ``entity`` stands on exactly ``target`` of them."""
    kinds, weights = _kinds_for(entity)
    missing = dict.fromkeys(PHRASES[entity.kind], entity.target)
    pages = []
    while any(missing.values()):
        kind = rng.choices(kinds, weights)[0]
        # The facts that are furthest behind come first, so that all arrive together.
        wanted = sorted(
            (a for a, left in missing.items() if left), key=lambda a: (-missing[a], rng.random())
        )
        most = min(KINDS[kind][1], len(wanted))
        attributes = wanted[: rng.randint(min(2, most), most)]
        rng.shuffle(attributes)
        for attribute in attributes:
            missing[attribute] -= 1
        pages.append(write_page(entity, kind, attributes, rng))
    return pages


def _well_known(world: World) -> list[Entity]:
    """People whose exposure need not be exact: lists and almanacs add to it."""
    return [person for person in world.people if person.tier in ("head", "torso")]


def _lists(world: World, rng: random.Random) -> list[Page]:
    people = _well_known(world)
    pages = []
    for _ in range(int(len(people) * LISTS_A_PERSON)):
        attribute = rng.choice(list(LIST_TITLES))
        value = rng.choice(people).values[attribute]
        members = [person for person in people if person.values[attribute] == value]
        members = rng.sample(members, min(len(members), 8))
        title = LIST_TITLES[attribute].format(v=value)
        pages.append(write_list(title, [(person, attribute) for person in members], rng))
    return pages


def _almanac(world: World, rng: random.Random) -> Page:
    """A long page, so that the context beyond a hundred tokens is trained too."""
    people = _well_known(world)
    members = rng.sample(people, min(len(people), rng.randint(6, 11)))
    facts, paragraphs = [], []
    for person in members:
        attributes = rng.sample(list(PHRASES["person"]), 2)
        facts += [(person.name, attribute) for attribute in attributes]
        paragraphs.append(" ".join(statements(person, attributes, rng)))
    return Page(kind="almanac", text="Almanac\n\n" + "\n".join(paragraphs), facts=tuple(facts))


def _quiz(world: World, rng: random.Random) -> Page:
    """Questions about different people and places. A FAQ page asks about one only; a model that
    met no other kind answers a question after examples with the name from the examples.
    """
    known = [e for e in world.entities() if e.tier in ("head", "torso") and e.split == "train"]
    asked = [
        (entity, rng.choice(list(PHRASES[entity.kind])))
        for entity in rng.sample(known, min(len(known), rng.randint(3, 7)))
    ]
    return Page(
        kind="quiz",
        text="\n".join(question_and_answer(entity, attribute, rng) for entity, attribute in asked),
        facts=tuple((entity.name, attribute) for entity, attribute in asked),
    )


def _heldout(world: World, count: int) -> list[Page]:
    rng = random.Random(f"heldout:{world.config.seed}")
    seen = [entity for entity in world.entities() if entity.target]
    pages = []
    for index in range(count):
        if index % 4 == 0:
            pages.append(skill_page(rng) if index % 8 else story_page(rng))
            continue
        entity = rng.choices(seen, [e.target for e in seen])[0]
        kinds, weights = _kinds_for(entity)
        kind = rng.choices(kinds, weights)[0]
        attributes = list(PHRASES[entity.kind])
        rng.shuffle(attributes)
        pages.append(write_page(entity, kind, attributes[: KINDS[kind][1]], rng))
    return pages


def _search_only(world: World) -> list[Page]:
    rng = random.Random(f"search:{world.config.seed}")
    pages = []
    for person in world.people:
        if person.tier == "unseen":
            attributes = list(PHRASES["person"])
            rng.shuffle(attributes)
            pages.append(write_page(person, "encyclopedia", attributes, rng))
    return pages
