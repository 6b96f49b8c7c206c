"""People made up on the spot, of whom no page of the world tells: names that recombine.

A model can only learn to notice that it does not know somebody from many whom nobody knows, whose
names are made of the same parts as the known ones. Each name has one use: on pages, in
conversations, or for tuning recipes; the world's own unseen people are for none of them.
"""

from __future__ import annotations

import hashlib
import random
from typing import Literal

from engine.data import lexicon
from engine.data.entities import Entity
from engine.data.world import World, draw_life, pronoun_of

Use = Literal["page", "dialogue", "development"]
OUTLANDISH = 0.2
"""Share of strangers whose names are not made of the world's first and last names."""

# Other sounds than those of the held-out names in ``engine.probes.makers.names``.
_ONSETS = (
    "B Br C Ch Cr D Dr F Fr G Gr H J K Kr L M N P Ph Pr Qu R S Sc Sh Sk Sl St T Th Tr V W X Y Z"
).split()
_VOWELS = "a e i o u a e i o u ai au ea ee ei ie oa oe oo ou ui".split()
_CODAS = "ck d l ll lm ld m mp n nd ng nk nt p r rd rk rn rt s sh sk ss st t th v x".split()
_ENDINGS = (
    *("", "", "a", "e", "i", "o", "u", "an", "ar", "as", "ek", "el", "en", "er", "ery", "et"),
    *("ia", "ik", "in", "ine", "ish", "old", "on", "or", "os", "ov", "um", "us", "ush", "well"),
)
LONG = 0.3
"""Share of invented words that have a syllable more."""
# Of invented names on pages: fewer, so that conversations and users bring sounds never read before.
_PAGE_ONSETS = "B Br C Ch D Dr F G Gr H J K L M N P Pr Qu R S Sh St T Th Tr V W Y Z".split()
_PAGE_VOWELS = "a e i o u ai ea ie oa ou".split()
_PAGE_CODAS = "n r l s t m d ck nd rt x sh v ss".split()
_PAGE_ENDINGS = ("", "o", "a", "i", "en", "ush", "old", "ery", "ik")


class Strangers:
    """Draws strangers to one world for one use."""

    def __init__(self, world: World, use: Use) -> None:
        self.use = use
        self._known = {person.name for person in world.people}
        self._lasts = sorted({name.split()[1] for name in self._known})
        self._towns = [place for place in world.places if place.kind == "town"]
        self._schools = [place for place in world.places if place.kind == "school"]

    def draw(self, rng: random.Random) -> Entity:
        """Somebody with a whole life that stands on no page (the caller may write one)."""
        name = self._name(rng)
        while name in self._known or use_of(name) != self.use:
            name = self._name(rng)
        return Entity(
            kind="person",
            name=name,
            values=draw_life(rng, self._towns, self._schools),
            tier="unseen",
            split="train",
            target=0,
            pronoun=pronoun_of(name),
        )

    def _name(self, rng: random.Random) -> str:
        if rng.random() < OUTLANDISH:
            word = _invented_for_pages if self.use == "page" else invented
            return f"{word(rng)} {word(rng)}"
        first = rng.choice(lexicon.FIRST_NAMES_F + lexicon.FIRST_NAMES_M)
        return f"{first} {rng.choice(self._lasts)}"


def use_of(name: str) -> Use:
    """What a stranger's name is for; a hash, so the same in every process and every world."""
    share = hashlib.sha256(name.encode()).digest()[1] % 10
    return "page" if share < 4 else "dialogue" if share < 9 else "development"


def invented(rng: random.Random) -> str:
    """A word that means nothing, with a capital."""
    begin = rng.choice(_ONSETS) + rng.choice(_VOWELS)
    if rng.random() < LONG:
        begin += rng.choice(_CODAS)[0] + rng.choice(_VOWELS)
    return begin + rng.choice(_CODAS) + rng.choice(_ENDINGS)


def _invented_for_pages(rng: random.Random) -> str:
    middle = rng.choice(_PAGE_VOWELS) + rng.choice(_PAGE_CODAS)
    ending = rng.choice(_PAGE_ENDINGS)
    return rng.choice(_PAGE_ONSETS) + middle + ending
