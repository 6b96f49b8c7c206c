"""Answers that go as far as memory goes, and no further: where an assistant with a search looks up.

A small model cannot tell from a name whether it knows somebody (docs/log.md, 2026-11-22): half a
name is as familiar as a whole one. But at the place where the value is to be said it either has one
or it has none: there its own probabilities tell the known from the unknown. So the sentence begins
as it would from memory, and where memory has nothing the call stands in the value's place.
"""

from __future__ import annotations

import random

from engine.data.entities import Entity
from engine.data.pages import question
from engine.data.phrases import PERSON

# What leads to the value and what follows, by attribute. No article and no digit comes first: they
# are guessed right by anybody, so doubt would come too late. A year therefore comes after a town.
_SENTENCES: dict[str, tuple[tuple[str, str], ...]] = {
    "born_year": (("{n} comes from", "{birthplace} and was born in {born_year}."),),
    "birthplace": (
        ("{n} comes from", "{birthplace}."),
        ("{n} was born in", "{birthplace}."),
    ),
    "occupation": (("The occupation of {n} was", "{occupation}."),),
    "school": (("{n} studied at", "{school}."), ("{n} attended", "{school}.")),
    "residence": (("{n} lived in", "{residence}."), ("{n} settled in", "{residence}.")),
    "hobby": (("{n} loved", "{hobby}."), ("{n} enjoyed", "{hobby}.")),
}
# Answered by where somebody comes from: a question that people ask first.
_WHO = ("Who is {n}?", "Who was {n}?", "Tell me about {n}.", "What do you know about {n}?")
WHO_SHARE = 0.1
"""Share of such questions among those about people."""
_SAID = {attribute: sentences[0][1] for attribute, sentences in _SENTENCES.items()}


def recollection(person: Entity, attribute: str, rng: random.Random) -> tuple[str, str]:
    """The answer about one fact of ``person``, up to the value and from it on."""
    before, after = rng.choice(_SENTENCES[attribute])
    return before.format(n=person.name), after.format(**person.values)


def asked_about(person: Entity, attribute: str, rng: random.Random) -> str:
    """A question that ``recollection`` answers."""
    if attribute == "birthplace" and rng.random() < WHO_SHARE * len(PERSON):
        return rng.choice(_WHO).format(n=person.name)
    return question(person, attribute, rng)


def values_needed(attribute: str) -> tuple[str, ...]:
    """The attributes whose values have to be known for that answer."""
    return tuple(name for name in PERSON if f"{{{name}}}" in _SAID[attribute])


def values_said(person: Entity, attribute: str) -> tuple[str, ...]:
    """What has to be known for that answer."""
    return tuple(person.values[name] for name in values_needed(attribute))
