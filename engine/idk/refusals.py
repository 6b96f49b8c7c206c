"""Answers that go as far as memory goes; where it ends, "I do not know" stands for the value.

As with the search (``engine.data.recollection``): a small model cannot tell from a name whether it
knows somebody, but where the value is to be said it either has one or it has none. There the
refusal competes with the value in one softmax, and that is a threshold on how sure the model is.
"""

from __future__ import annotations

import random

from engine.conversation import Part
from engine.data.dialogue import Exchange
from engine.data.entities import Entity
from engine.data.recollection import asked_about, recollection

REFUSALS = (
    "... I do not know.",
    "... I do not know that.",
    "... I am not sure, I do not know {n}.",
    "... no, I do not know {n}.",
    "... I cannot say. I do not know {n}.",
    "... I do not know. I have not met the name {n}.",
)
"""All begin with the same token, so that the decision is one token and not a choice of wordings."""


def answered(person: Entity, attribute: str, rng: random.Random) -> Exchange:
    """From memory, in the same sentence that a refusal would begin."""
    said = " ".join(recollection(person, attribute, rng))
    return Exchange.of(asked_about(person, attribute, rng), said)


def refused(person: Entity, attribute: str, rng: random.Random, *, decides: bool) -> Exchange:
    """Up to the value, and there a refusal.

    Args:
        person: somebody whom the model does not know.
        attribute: what is asked for.
        rng: of the wordings.
        decides: whether the loss counts the decision to refuse, not only how to go on from it.
    """
    before, _ = recollection(person, attribute, rng)
    refusal = rng.choice(REFUSALS).format(n=person.name)
    parts = (
        Part("text", before),
        Part("text", refusal, counted="all" if decides else "rest", joined=True),
    )
    return Exchange(asked_about(person, attribute, rng), parts)
