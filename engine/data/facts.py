"""What is true in the world, how it is asked for, and how often the web says it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from engine.data.entities import Entity, Fact, Split, Tier
from engine.data.phrases import PHRASES, with_article
from engine.data.web import Web


def questions(entity: Entity, attribute: str, phrasing: Split) -> tuple[str, ...]:
    """All wordings of one question: those met in training, or the held-out ones."""
    phrases = PHRASES[entity.kind][attribute]
    templates = phrases.questions if phrasing == "train" else phrases.heldout_questions
    return tuple(t.format(n=entity.name, p=entity.possessive) for t in templates)


def aliases(entity: Entity, attribute: str) -> tuple[str, ...]:
    """Other ways to write the answer that count as the same."""
    value = entity.values[attribute]
    if attribute == "occupation":
        return (with_article(value),)
    if attribute in ("birthplace", "residence", "town"):
        return (f"the town of {value}",)
    if attribute == "river":
        return (f"the river {value}", f"the {value}")
    if attribute in ("subject", "product", "source"):
        return (re.sub(r"^(a|an|the|Mount) ", "", value),)
    if attribute == "hobby":
        return (value.split()[-1],) if value.startswith("playing the") else ()
    return ()


def fact(web: Web, entity: Entity, attribute: str, *, phrasing: Split | None = None) -> Fact:
    """The fact with one question, drawn from the entity's split unless ``phrasing`` says other.

    The draw is a hash of the names, so that it is the same in every process.
    """
    wordings = questions(entity, attribute, phrasing or entity.split)
    digest = hashlib.sha256(f"{entity.name}|{attribute}".encode()).digest()
    return Fact(
        entity=entity.name,
        kind=entity.kind,
        attribute=attribute,
        answer=entity.values[attribute],
        aliases=aliases(entity, attribute),
        question=wordings[digest[0] % len(wordings)],
        exposures=web.exposures[entity.name, attribute],
        tier=entity.tier,
        split=entity.split,
    )


def facts(
    web: Web, *, tier: Tier | None = None, split: Split | None = None, kind: str | None = None
) -> Iterator[Fact]:
    """Every fact of the world, in a fixed order, optionally of one tier, split or kind."""
    for entity in web.world.entities():
        if tier not in (None, entity.tier) or split not in (None, entity.split):
            continue
        if kind not in (None, entity.kind):
            continue
        for attribute in entity.values:
            yield fact(web, entity, attribute)
