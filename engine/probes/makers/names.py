"""Names of people that no page and no conversation has: neither name is one of the world's.

Conversations that teach to refuse have invented names too (``engine.data.strangers``), so held-out
ones are of other kinds: half are made of sounds that those are not made of, half are ordinary names
of another world, as a user would type them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from engine.data.strangers import invented, use_of
from engine.probes.plan import ProbeSplit

_FIRST_NAMES = (
    "Albert Maria Charles Anna Robert Helen James Rosa Peter Laura Henry Julia Frank Sofia Arthur "
    "Carmen Oscar Diana Samuel Fatima Victor Monica Daniel Ingrid Walter Priya Simon Naomi Carlos "
    "Yuki Omar Alice Ivan Teresa Hassan Olga Kenji Bianca Luis Mei Andre Leila Dmitri Grace Raj "
    "Elena Kwame Judith"
).split()
_LAST_NAMES = (
    "Smith Garcia Johnson Mendez Williams Tanaka Brown Kowalski Jones Rossi Miller Okafor Davis "
    "Petrov Wilson Schmidt Taylor Dubois Anderson Nakamura Thompson Sharma Jackson Oliveira White "
    "Ahmed Harris Lopez Martin Fischer Clark Moreau Lewis Suzuki Walker Ivanova Young Becker Allen "
    "Costa King Larsen Wright Chowdhury Scott Haddad Green Romero"
).split()
_BEGINNINGS = "Bl Cl Kl Kn Skr Sm Spl Sw Tw Vl Wr Zh Gl Fl Pl Sn".split()
_MIDDLES = "ab eb ig og um av ef iz ol ur ax yn".split()
_ENDS = "enko ampa otti ussel arra ingo eppo ombe alya iwick".split()


def stranger_names(rng: random.Random, split: ProbeSplit) -> Iterator[str]:
    """Distinct names without end (there are tens of thousands), drawn with ``rng``."""
    drawn: set[str] = set()
    while True:
        if split == "development":
            name = f"{invented(rng)} {invented(rng)}"
            fits = use_of(name) == "development"
        else:
            ordinary = rng.random() < 0.5
            name = _ordinary(rng) if ordinary else f"{_strange(rng)} {_strange(rng)}"
            fits = True
        if fits and name not in drawn:
            drawn.add(name)
            yield name


def _ordinary(rng: random.Random) -> str:
    return f"{rng.choice(_FIRST_NAMES)} {rng.choice(_LAST_NAMES)}"


def _strange(rng: random.Random) -> str:
    return rng.choice(_BEGINNINGS) + rng.choice(_MIDDLES) + rng.choice(_ENDS)
