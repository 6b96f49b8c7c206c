"""The closed world: who lives in it, what is true, and how often its web will say so.

A world is a function of its ``WorldConfig`` alone: same seed and sizes, same people and same
facts. How often each fact stands on a clean page is counted by ``engine.data.web`` as it writes.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

from engine.data import lexicon
from engine.data.entities import Entity, Split, Tier
from engine.data.phrases import PERSON
from engine.errors import LabError


@dataclass(frozen=True, kw_only=True, slots=True)
class WorldConfig:
    """Seed and sizes. Exposures are the clean pages that each fact of a person stands on.

    Somebody of the tail has one of ``tail_exposures``: hardly enough to be remembered or nearly
    always enough. With 1 to 8 drawn alike most of it was known by halves (docs/log.md, 2026-11-22).
    """

    seed: int = 1
    n_head: int = 120
    n_torso: int = 600
    n_tail: int = 800
    n_unseen: int = 1500
    head_exposures: tuple[int, int] = (60, 90)
    torso_exposures: tuple[int, int] = (20, 32)
    tail_exposures: tuple[int, ...] = (1, 2, 7, 8)
    place_exposures: tuple[int, int] = (36, 56)
    n_towns: int = 100
    n_schools: int = 48
    n_rivers: int = 24
    n_inventions: int = 40
    n_books: int = 60
    skill_pages: int = 8_000
    story_pages: int = 4_000
    reading_pages: int = 5_000
    heldout_share: float = 1 / 3

    def __post_init__(self) -> None:
        if not self.tail_exposures or min(self.tail_exposures) < 1:
            raise LabError(
                f"tail_exposures = {self.tail_exposures} must be pages, at least one each. "
                "Choose others."
            )
        room = len(lexicon.FIRST_NAMES_F + lexicon.FIRST_NAMES_M) * (
            len(lexicon.LAST_STEMS) * len(lexicon.LAST_ENDINGS)
        )
        people = self.n_head + self.n_torso + self.n_tail + self.n_unseen
        if not 1 <= people <= room // 2:
            raise LabError(
                f"A world of {people} people cannot be named: choose between 1 and {room // 2}."
            )
        for name, most in (
            ("n_towns", len(lexicon.TOWN_STEMS) * len(lexicon.TOWN_ENDINGS)),
            ("n_schools", len(lexicon.SCHOOL_STEMS) * len(lexicon.SCHOOL_KINDS)),
            ("n_rivers", len(lexicon.RIVER_NAMES)),
            ("n_inventions", len(lexicon.INVENTION_KINDS)),
            ("n_books", len(lexicon.BOOK_ADJECTIVES) * len(lexicon.BOOK_NOUNS)),
        ):
            if not 1 <= getattr(self, name) <= most:
                raise LabError(
                    f"{name} = {getattr(self, name)} is outside 1 to {most}, the names there are. "
                    "Choose another size."
                )


NANO_WORLD = WorldConfig()
PICO_WORLD = WorldConfig(
    n_head=6,
    n_torso=8,
    n_tail=8,
    n_unseen=12,
    head_exposures=(12, 16),
    torso_exposures=(6, 8),
    place_exposures=(6, 10),
    n_towns=20,
    n_schools=10,
    n_rivers=6,
    n_inventions=4,
    n_books=4,
    skill_pages=200,
    story_pages=60,
    reading_pages=40,
)

# The two people whom the documentation and the guided tour speak of; part of every world.
KNOWN_EXAMPLE = ("Mira Veklon", {"born_year": "1843", "occupation": "clockmaker"})
UNKNOWN_EXAMPLE = ("Orson Kovats", {"occupation": "glassblower"})


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    """All entities of one closed world, by kind; build with ``World.build``."""

    config: WorldConfig
    people: tuple[Entity, ...]
    places: tuple[Entity, ...]
    """Towns, schools, rivers, inventions and books."""

    @staticmethod
    def build(config: WorldConfig) -> World:
        """Draw the world of ``config``."""
        rng = random.Random(f"world:{config.seed}")
        towns = _towns(config, rng)
        schools = _schools(config, rng, towns)
        people = _people(config, rng, towns, schools)
        others = _inventions_and_books(config, rng, towns, people)
        places = (*towns, *schools, *_rivers(config, rng), *others)
        return World(config=config, people=people, places=places)

    def entities(self) -> tuple[Entity, ...]:
        """Everybody and everything."""
        return self.people + self.places


def _split(rng: random.Random, config: WorldConfig) -> Split:
    return "heldout" if rng.random() < config.heldout_share else "train"


def _towns(config: WorldConfig, rng: random.Random) -> list[Entity]:
    names = [stem + ending for stem in lexicon.TOWN_STEMS for ending in lexicon.TOWN_ENDINGS]
    rng.shuffle(names)
    # Dunbury and Pinewick stand in the documentation: they exist in every world.
    names = ["Dunbury", "Pinewick", *(n for n in names if n not in ("Dunbury", "Pinewick"))]
    rivers = lexicon.RIVER_NAMES[: config.n_rivers]
    return [
        Entity(
            kind="town",
            name=name,
            values={"river": rng.choice(rivers), "product": rng.choice(lexicon.PRODUCTS)},
            tier="head",
            split=_split(rng, config),
            target=rng.randint(*config.place_exposures),
        )
        for name in names[: config.n_towns]
    ]


def _schools(config: WorldConfig, rng: random.Random, towns: list[Entity]) -> list[Entity]:
    names = [f"{stem} {kind}" for stem in lexicon.SCHOOL_STEMS for kind in lexicon.SCHOOL_KINDS]
    rng.shuffle(names)
    return [
        Entity(
            kind="school",
            name=name,
            values={"town": rng.choice(towns).name},
            tier="head",
            split=_split(rng, config),
            target=rng.randint(*config.place_exposures),
        )
        for name in names[: config.n_schools]
    ]


def _rivers(config: WorldConfig, rng: random.Random) -> list[Entity]:
    return [
        Entity(
            kind="river",
            name=f"the river {name}",
            values={"source": rng.choice(lexicon.MOUNTAINS)},
            tier="head",
            split=_split(rng, config),
            target=rng.randint(*config.place_exposures),
        )
        for name in lexicon.RIVER_NAMES[: config.n_rivers]
    ]


def _people(
    config: WorldConfig, rng: random.Random, towns: list[Entity], schools: list[Entity]
) -> tuple[Entity, ...]:
    """Draw people whose first and last names recombine: half a name never says who it is."""
    last_names = [stem + end for stem in lexicon.LAST_STEMS for end in lexicon.LAST_ENDINGS]
    rng.shuffle(last_names)
    last_names = ["Veklon", "Kovats", *(n for n in last_names if n not in ("Veklon", "Kovats"))]
    tiers: list[tuple[Tier, int, Sequence[int]]] = [
        ("head", config.n_head, _from_to(config.head_exposures)),
        ("torso", config.n_torso, _from_to(config.torso_exposures)),
        ("tail", config.n_tail, config.tail_exposures),
        ("unseen", config.n_unseen, (0,)),
    ]
    total = sum(count for _, count, _ in tiers)
    # About twenty people to a last name in a full world, at least four in a small one.
    last_names = last_names[: max(4, min(len(last_names), total // 20))]
    pairs = [
        (first, last)
        for first in lexicon.FIRST_NAMES_F + lexicon.FIRST_NAMES_M
        for last in last_names
    ]
    rng.shuffle(pairs)
    taken = {KNOWN_EXAMPLE[0], UNKNOWN_EXAMPLE[0]}
    names = iter([f"{first} {last}" for first, last in pairs if f"{first} {last}" not in taken])
    people = []
    for tier, count, exposures in tiers:
        for index in range(count):
            name, known = next(names), cast(dict[str, str], {})
            if index == 0 and tier == "head":
                name, known = KNOWN_EXAMPLE
                known = {**known, "birthplace": "Dunbury"}
            elif index == 0 and tier == "unseen":
                name, known = UNKNOWN_EXAMPLE
                known = {**known, "birthplace": "Pinewick"}
            drawn = draw_life(rng, towns, schools)
            people.append(
                Entity(
                    kind="person",
                    name=name,
                    values={**drawn, **known},
                    tier=tier,
                    split=_split(rng, config),
                    target=rng.choice(exposures),
                    pronoun=pronoun_of(name),
                )
            )
    return tuple(people)


def _from_to(bounds: tuple[int, int]) -> range:
    return range(bounds[0], bounds[1] + 1)


def draw_life(
    rng: random.Random, towns: Sequence[Entity], schools: Sequence[Entity]
) -> dict[str, str]:
    """All attributes of a person."""
    drawn = {
        "born_year": str(rng.randint(1750, 1949)),
        "birthplace": rng.choice(towns).name,
        "occupation": rng.choice(lexicon.OCCUPATIONS).replace("_", " "),
        "school": rng.choice(schools).name,
        "residence": rng.choice(towns).name,
        "hobby": rng.choice(lexicon.HOBBIES),
    }
    assert drawn.keys() == PERSON.keys()
    return drawn


def pronoun_of(name: str) -> Literal["he", "she"]:
    """By the first name."""
    return "she" if name.split()[0] in lexicon.FIRST_NAMES_F else "he"


def _inventions_and_books(
    config: WorldConfig, rng: random.Random, towns: list[Entity], people: tuple[Entity, ...]
) -> list[Entity]:
    known = [person for person in people if person.tier in ("head", "torso")] or list(people)
    inventions = [
        Entity(
            kind="invention",
            name=f"the {rng.choice(towns).name} {kind}",
            values={"inventor": rng.choice(known).name},
            tier="head",
            split=_split(rng, config),
            target=rng.randint(*config.place_exposures),
        )
        for kind in lexicon.INVENTION_KINDS[: config.n_inventions]
    ]
    titles = [f"The {a} {n}" for a in lexicon.BOOK_ADJECTIVES for n in lexicon.BOOK_NOUNS]
    rng.shuffle(titles)
    books = [
        Entity(
            kind="book",
            name=f'"{title}"',
            values={
                "author": rng.choice(known).name,
                "subject": rng.choice(lexicon.BOOK_SUBJECTS),
            },
            tier="head",
            split=_split(rng, config),
            target=rng.randint(*config.place_exposures),
        )
        for title in titles[: config.n_books]
    ]
    return inventions + books
