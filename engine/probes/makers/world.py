"""Questions about the pocket web, about strangers to it, and about what needs no knowledge of it.

Held out are people about whom no conversation ever asked, in phrasings that stand nowhere in
training. Development people and training phrasings are what recipes are tuned on.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator
from itertools import cycle, islice, zip_longest

from engine.data.entities import TIERS, Entity, Tier
from engine.data.facts import aliases, questions
from engine.data.lexicon import FRIENDS
from engine.data.phrases import PERSON
from engine.data.skills import EXERCISES, Exercise
from engine.data.small_talk import SMALL_TALK
from engine.data.web import Web
from engine.data.world import pronoun_of
from engine.probes.makers.names import stranger_names
from engine.probes.plan import ProbeSplit
from engine.probes.question import Question

STRANGER, SKILLS, TALK = "stranger", "skills", "talk"
"""Groups beside the exposure tiers: to be refused; never to be refused; likewise, and judged for
refusals only, as there is no right answer to a greeting."""
_GREETINGS = ("Hello there!", "Good afternoon!", "Hey, how is it going?", "Nice to meet you.")
_HELDOUT_TALK = (
    *_GREETINGS,
    "Who am I talking to?",
    "What kind of program are you?",
    "What are you good at?",
    "How does this work?",
    "Can you help me?",
    "Thank you so much for your help.",
    "That was very kind of you.",
    "Have a nice day!",
    "See you tomorrow.",
    "Take care!",
    "I am back again.",
)
"""Small talk that is in no conversation of the training."""
_PATIENCE = 200
"""Exercises drawn in a row that were met before, after which a kind has no more."""


def world_questions(
    web: Web, *, split: ProbeSplit, per_group: int, seed: str = "probe"
) -> list[Question]:
    """Questions of all groups, which take turns, so that a probe that is stopped has asked of each.

    The first ``per_group`` of a group are the same whatever its size, and each has its share of
    people and attributes. A group that has fewer gives all it has: at full size the held-out people
    alone have some 6,000 facts, and strangers, sums and word problems have no end.

    Args:
        web: what is asked about.
        split: whom and in which words.
        per_group: questions in each of the four exposure tiers, in ``STRANGER``, ``SKILLS`` and
            ``TALK``.
        seed: draws whom and which attribute first.
    """
    groups: list[Iterator[Question]] = [_facts(web, tier, split, seed) for tier in TIERS]
    groups += [_strangers(split, seed), _skills(split, seed), _talk(split, seed)]
    in_turn = zip_longest(*(islice(group, per_group) for group in groups))
    return [question for round_ in in_turn for question in round_ if question is not None]


def _facts(web: Web, tier: Tier, split: ProbeSplit, seed: str) -> Iterator[Question]:
    """All facts of a tier's people: each person once, with the attributes in turn, then again with
    the next attribute each.
    """
    people = [p for p in web.world.people if p.tier == tier and _may_be_asked(p, split)]
    random.Random(f"{seed}:{split}:{tier}").shuffle(people)
    attributes = list(PERSON)
    for round_ in range(len(attributes)):
        for i, person in enumerate(people):
            attribute = attributes[(i + round_) % len(attributes)]
            exposures = web.exposures[person.name, attribute]
            yield _about(person, attribute, split, group=tier, exposures=exposures)


def _may_be_asked(person: Entity, split: ProbeSplit) -> bool:
    return person.split == "heldout" if split == "heldout" else person.development


def _about(
    person: Entity, attribute: str, split: ProbeSplit, *, group: str, exposures: int
) -> Question:
    """One fact of ``person``, or one that there is not."""
    wordings = questions(person, attribute, "heldout" if split == "heldout" else "train")
    first = hashlib.sha256(f"{person.name}|{attribute}".encode()).digest()[0] % len(wordings)
    text, *others = wordings[first:] + wordings[:first]
    exists = attribute in person.values
    return Question(
        id=f"{group}/{person.name}/{attribute}",
        text=text,
        answer=person.values[attribute] if exists else None,
        aliases=aliases(person, attribute) if exists else (),
        wordings=tuple(others),
        judging="world",
        group=group,
        entity=person.name,
        attribute=attribute,
        exposures=exposures,
    )


def _strangers(split: ProbeSplit, seed: str) -> Iterator[Question]:
    """One question to each stranger."""
    names = stranger_names(random.Random(f"{seed}:{split}:{STRANGER}"), split)
    for name, attribute in zip(names, cycle(PERSON), strict=False):
        nobody = Entity(
            kind="person",
            name=name,
            values={},
            tier="unseen",
            split="heldout",
            target=0,
            pronoun=pronoun_of(name),
        )
        yield _about(nobody, attribute, split, group=STRANGER, exposures=0)


def _skills(split: ProbeSplit, seed: str) -> Iterator[Question]:
    """Exercises of all kinds in turn; those of a small kind come to an end."""
    rng = random.Random(f"{seed}:{split}:{SKILLS}")
    for drawn in zip_longest(*(_exercises(make, rng) for make, _ in EXERCISES.values())):
        for exercise in filter(None, drawn):
            yield Question(
                id=f"{SKILLS}/{exercise.task}/{exercise.question}",
                text=exercise.question,
                answer=exercise.result,
                judging="number" if exercise.result.isdigit() else "exact",
                group=SKILLS,
            )


def _exercises(make: Callable[[random.Random], Exercise], rng: random.Random) -> Iterator[Exercise]:
    """Distinct exercises, until hardly any new one comes."""
    met: set[str] = set()
    repeated = 0
    while repeated < _PATIENCE:
        exercise = make(rng)
        repeated = repeated + 1 if exercise.question in met else 0
        if exercise.question not in met:
            met.add(exercise.question)
            yield exercise


def _talk(split: ProbeSplit, seed: str) -> Iterator[Question]:
    if split == "heldout":
        said = [
            *_HELDOUT_TALK,
            *(f"{text} I am {name}." for text in _GREETINGS for name in FRIENDS),
        ]
    else:
        said = [text for asked, _ in SMALL_TALK for text in asked]
    random.Random(f"{seed}:{split}:{TALK}").shuffle(said)
    for text in said:
        yield Question(id=f"{TALK}/{text}", text=text, answer=None, group=TALK)
