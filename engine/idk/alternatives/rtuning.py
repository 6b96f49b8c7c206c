"""R-Tuning (arXiv 2311.09677): refuse, as the whole answer, whatever the parent answered wrongly.

As published: one answer decides what counts as known, nothing is left out and nothing balanced, and
the refusal begins the answer. All else is as in the lab's own stage, so that the two can be
compared: the questions, the sentences of the answers, replay and conversations with tools.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from engine.data.dialogue import Exchange
from engine.data.entities import Entity
from engine.data.recollection import asked_about
from engine.idk.corpus import About
from engine.idk.refusals import answered
from engine.probes.question import Question
from engine.probes.record import Record

_REFUSALS = (
    "I do not know.",
    "I do not know that.",
    "I am not sure, I do not know {n}.",
    "I do not know {n}.",
    "I cannot say. I do not know {n}.",
    "I do not know. I have not met the name {n}.",
)


def by_outcome(
    questions: Sequence[Question], records: Sequence[Record], people: Mapping[str, Entity]
) -> About:
    """Answers what the parent's greedy answer had right, and refuses all else.

    Args:
        questions: about ``people``; at least one.
        records: of the parent, in the same order.
        people: by name.
    """
    facts = [
        (people[question.entity or ""], question.attribute or "", record.greedy.outcome)
        for question, record in zip(questions, records, strict=True)
    ]

    def about(rng: random.Random) -> Exchange:
        person, attribute, outcome = rng.choice(facts)
        if outcome == "correct":
            return answered(person, attribute, rng)
        refusal = rng.choice(_REFUSALS).format(n=person.name)
        return Exchange.of(asked_about(person, attribute, rng), refusal)

    return about
