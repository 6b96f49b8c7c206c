"""Answers to fit a probe on: whom a model was trained on, strangers to it, and exercises.

None of them is a person of a probe, held-out or development. Of people it was fine-tuned on a model
knows more than of others, but what it looks like to know is the same; and they are many, without
which a probe learns names (docs/log.md, 2026-11-22).
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence

from engine.data.entities import Entity
from engine.data.facts import aliases, questions
from engine.data.strangers import Strangers
from engine.data.web import Web
from engine.local import LocalModel
from engine.probes.judges import judges_for
from engine.probes.makers.world import SKILLS, STRANGER, world_questions
from engine.probes.prompts import Prompts
from engine.probes.question import Question
from engine.probes.record import Outcome

PER_GROUP = 500
EXERCISES = 200
MAX_TOKENS = 64
AT_ONCE = 256
"""Questions given to the generator together."""

_SEED = "fit"

Answered = tuple[Question, str, Outcome]
"""A question, the greedy answer, and what the judge says."""


def answer_fitting_questions(local: LocalModel, web: Web, prompts: Prompts) -> list[Answered]:
    """Ask ``fitting_questions`` greedily; about 2,000 short answers, which is all of the cost."""
    asked = fitting_questions(web)
    answered: list[Answered] = []
    with judges_for(web) as judge:
        for begin in range(0, len(asked), AT_ONCE):
            group = asked[begin : begin + AT_ONCE]
            requests = [
                prompts.request(prompts.first(question), max_tokens=MAX_TOKENS)
                for question in group
            ]
            for question, (row,) in zip(group, local.generator.generate_all(requests), strict=True):
                text = row.text.strip()
                answered.append((question, text, judge.judge(question, text).outcome))
    return answered


def fitting_questions(web: Web) -> list[Question]:
    """``PER_GROUP`` of each exposure tier and of strangers, and some exercises; always the same."""
    rng = random.Random(f"{_SEED}:{web.world.config.seed}")
    taught = [p for p in web.world.people if p.split == "train" and not p.development]
    strangers = Strangers(web.world, "dialogue")
    found: list[Question] = []
    for tier in ("head", "torso", "tail"):
        found += _about([p for p in taught if p.tier == tier], web, tier, rng)
    found += _about([strangers.draw(rng) for _ in range(PER_GROUP)], web, STRANGER, rng)
    drawn = world_questions(web, split="development", per_group=EXERCISES, seed=_SEED)
    return found + [question for question in drawn if question.group == SKILLS]


def _about(
    people: Sequence[Entity], web: Web, group: str, rng: random.Random
) -> Iterable[Question]:
    """One question to each person, then a second one to each, up to ``PER_GROUP``."""
    made: Iterator[Question] = (
        _question(person, list(person.values)[(i + round_) % len(person.values)], web, group, rng)
        for round_ in range(len(people[0].values) if people else 0)
        for i, person in enumerate(people)
    )
    return [question for question, _ in zip(made, range(PER_GROUP), strict=False)]


def _question(person: Entity, attribute: str, web: Web, group: str, rng: random.Random) -> Question:
    # What a stranger is made up with stands nowhere: whatever is answered is invented.
    known = group != STRANGER
    return Question(
        id=f"{_SEED}/{group}/{person.name}/{attribute}",
        text=rng.choice(questions(person, attribute, "train")),
        answer=person.values[attribute] if known else None,
        aliases=aliases(person, attribute) if known else (),
        judging="world",
        group=group,
        entity=person.name,
        attribute=attribute,
        exposures=web.exposures[person.name, attribute],
    )
