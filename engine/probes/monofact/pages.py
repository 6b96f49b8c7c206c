"""A web whose pages are drawn from a law: who is talked about, what is true, how often it stands.

The people are not those of the pocket web, whose exposures are exact: Good and Turing's estimate
and the theorem are about pages drawn independently of each other. Names, words and wordings are the
pocket web's.

Everything is arbitrary in the theorem's sense. Who has an entry for what, and with which value, is
drawn evenly, so of two facts that no page states none is likelier than the other.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from engine.data import lexicon
from engine.data.phrases import PERSON
from engine.data.world import World, WorldConfig
from engine.errors import ProbeError
from engine.probes.monofact.claims import Claim, wordings
from engine.probes.monofact.law import Law

PLACES = WorldConfig(n_head=1, n_torso=0, n_tail=0, n_unseen=0)
"""The world whose towns and schools there are."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FactWeb:
    """A web of one-sentence pages."""

    law: Law
    probabilities: Mapping[Claim, float]
    """All that is true, and the share of pages that is expected to state it."""
    pages: tuple[str, ...]
    counts: Counter[Claim]
    """On how many pages each fact stands."""
    n_candidates: int
    """All that could be claimed with the world's names and values, true or not."""

    @staticmethod
    def build(law: Law, seed: int) -> FactWeb:
        """Draw the facts and the pages of ``law``.

        Raises:
            ProbeError: it asks for more facts than there are names and attributes.
        """
        rng = random.Random(f"monofact:{seed}:{law.name}")
        names, values = _names(), _values()
        attributes = sorted(values)
        n_subjects = len(names) * len(attributes)
        weights = law.weights()
        if len(weights) > n_subjects:
            raise ProbeError(
                f"{len(weights)} facts were asked for, but there are {n_subjects} things to say. "
                "Ask for fewer pages."
            )
        subjects = rng.sample(range(n_subjects), len(weights))
        facts = []
        for subject in subjects:
            attribute = attributes[subject % len(attributes)]
            name = names[subject // len(attributes)]
            facts.append(Claim(name, attribute, rng.choice(values[attribute])))
        drawn = rng.choices(facts, weights, k=law.n_pages)
        return FactWeb(
            law=law,
            probabilities=dict(zip(facts, weights, strict=True)),
            pages=tuple(rng.choice(wordings(fact)) for fact in drawn),
            counts=Counter(drawn),
            n_candidates=len(names) * sum(map(len, values.values())),
        )

    def fresh(self, n: int, seed: int) -> list[Claim]:
        """The facts of ``n`` further pages, drawn like the others."""
        rng = random.Random(f"monofact fresh:{seed}:{self.law.name}")
        return rng.choices(list(self.probabilities), list(self.probabilities.values()), k=n)

    def fresh_pages(self, n: int, seed: int) -> list[str]:
        """``n`` further pages, to measure a model on."""
        rng = random.Random(f"monofact wordings:{seed}:{self.law.name}")
        return [rng.choice(wordings(fact)) for fact in self.fresh(n, seed)]


def value_sets() -> dict[str, frozenset[str]]:
    """Attribute to every value that it can have."""
    return {attribute: frozenset(values) for attribute, values in _values().items()}


def _names() -> list[str]:
    lasts = [stem + ending for stem in lexicon.LAST_STEMS for ending in lexicon.LAST_ENDINGS]
    firsts = lexicon.FIRST_NAMES_F + lexicon.FIRST_NAMES_M
    return [f"{first} {last}" for first in firsts for last in lasts]


def _values() -> dict[str, list[str]]:
    places = World.build(PLACES).places
    towns = [place.name for place in places if place.kind == "town"]
    values = {
        "born_year": [str(year) for year in range(1750, 1950)],
        "birthplace": towns,
        "occupation": [word.replace("_", " ") for word in lexicon.OCCUPATIONS],
        "school": [place.name for place in places if place.kind == "school"],
        "residence": towns,
        "hobby": list(lexicon.HOBBIES),
    }
    assert values.keys() == PERSON.keys()
    return values
