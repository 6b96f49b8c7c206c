"""Plain prose with nothing true or false in it: captions and long sentences.

Gopher's rules keep a page if four fifths of its words, marks of punctuation among them, have a
letter. The web's short sentences and its worked sums are below that, so articles are filled up:
a page of exercises has pictures with captions too.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import cycle

from engine.data.crawl.article import Article, Block, gaps
from engine.data.funnel.words import words
from engine.data.lexicon import FRIENDS, THINGS

ENOUGH = 0.803
"""Share of words with a letter: a little above Gopher's 0.8."""
GAIN = 0.19
"""By how many such words one word of prose helps, counted above 0.8 of its length."""
CAPTIONS = 0.85
"""Share of captions among the lines: without a full stop they help most."""
LINE_WORDS = 20
"""Words of a line, about."""

_PICTURES = (
    "view drawing photograph painting sketch postcard map model print picture copy plan"
).split()
_ADJECTIVES = (
    "old small quiet green crooked narrow wooden empty yellow broken pretty muddy silent wide "
    "lonely famous windy sunny rusty grey golden steep dusty friendly heavy round clean cold"
).split()
_PLACES = (
    "mill bridge market harbour orchard garden library station tower barn meadow forest lake "
    "island kitchen workshop chapel square valley path cottage stable school theatre bakery"
).split()
_PASTS = (
    "found lost carried painted hidden mended sold borrowed washed opened kept counted dropped "
    "followed moved copied measured admired forgotten"
).split()
_DOINGS = (
    "wait for the ferry;feed the ducks;play after school;dry the nets;count the stars;"
    "sell fresh bread;read to the children;mend the fences;sit under the trees;sing in the evening;"
    "look for mushrooms;fly their kites;store the apples;wash the horses;meet the travellers;"
    "gather wood for the fire;watch the boats come in;rest on the way home"
).split(";")
_TIMES = (
    "in the first days of spring;on a cold morning in autumn;before the great storm;"
    "long after the lamps had been lit;on the day of the fair;when the snow had melted;"
    "during the long summer;in the year of the flood;on the last evening of the holidays;"
    "while the bells were ringing;shortly before the rain began;after the harvest was in"
).split(";")
_ENDS = (
    "and nobody has seen it since;and all the neighbours came to help;"
    "because the road was still closed;although the wind was strong;"
    "until the sun went down behind the hills;and the children followed with their lanterns;"
    "so that everybody could see it from the street;and the dog ran ahead of them all the way"
).split(";")


_CAPTIONS = (
    "A {picture} of the {adjective} {place} where {who} and {other} used to {doing} {time}",
    "The {adjective} {thing} that {who} had {past} near the {place} {time} {end}",
    "A {picture} of {who} at the {adjective} {place} with the {thing} that {other} had {past} "
    "{time}",
    "The way from the {adjective} {place} to the {place2} where people {doing} {time}",
    "{who} and {other} at the {place} with a {picture} of the {adjective} {thing} that was {past} "
    "{time}",
    "How the {place} and the {adjective} {place2} looked {time} when {who} came to {doing}",
)
_SHORT_CAPTIONS = (
    "The {adjective} {place}",
    "The {place} and {who}",
    "{who} at the {adjective} {place}",
    "The {thing} at the {adjective} {place}",
    "The {thing} of {who} near the {place}",
    "{who} and {other} with the {thing} near the {place}",
    "A {picture} of the {thing} near the {adjective} {place}",
    "{who} with the {thing} that {other} had {past} near the {place}",
    "A {picture} of the {adjective} {place} that {who} and {other} had {past}",
    "A {picture} of the {thing} that {who} and {other} had {past} near the {place}",
)
"""From three words, which C4 lets pass, to fourteen."""
_SENTENCES = (
    "It was {time} that {who} and {other} went to the {adjective} {place} to {doing} {end}.",
    "Whoever walks from the {place} to the {adjective} {place2} can still see where {who} used to "
    "{doing} {time}.",
    "The {adjective} {thing} had been {past} by {who} at the {place} {time} {end}.",
    "Some say that {who} had {past} the {adjective} {thing} behind the {place} and that {other} "
    "knew of it {end}.",
    "In the {adjective} {place} there is a {picture} of the {place2} and of the {thing} which "
    "{other} had {past} {time}.",
    "Every year {who} and {other} come to the {adjective} {place} to {doing} {end}.",
)


class Prose:
    """Lines for one page: what they are made of comes round only when all of it has been used."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._places = _round(_PLACES, rng)
        self._parts = {
            "picture": _round(_PICTURES, rng),
            "adjective": _round(_ADJECTIVES, rng),
            "thing": _round(THINGS, rng),
            "past": _round(_PASTS, rng),
            "doing": _round(_DOINGS, rng),
            "time": _round(_TIMES, rng),
            "end": _round(_ENDS, rng),
        }

    def line(self) -> str:
        """A caption without a full stop, or a long sentence."""
        return self._fill(
            self._rng.choice(_CAPTIONS if self._rng.random() < CAPTIONS else _SENTENCES)
        )

    def caption(self, least: float) -> str:
        """The shortest caption of at least so many words."""
        fitting = (text for text in _SHORT_CAPTIONS if len(text.split()) >= least)
        return self._fill(next(fitting, None) or self._rng.choice(_CAPTIONS))

    def _fill(self, template: str) -> str:
        who, other = self._rng.sample(FRIENDS, 2)
        parts = {name: next(values) for name, values in self._parts.items()}
        return template.format(
            who=who, other=other, place=next(self._places), place2=next(self._places), **parts
        )


def _round(values: Sequence[str], rng: random.Random) -> Iterator[str]:
    return cycle(rng.sample(values, len(values)))


def lettered(text: str) -> tuple[int, int]:
    """How many words of ``text`` have a letter, and how many there are, as the funnel counts."""
    found = words(text)
    return sum(any(map(str.isalpha, word)) for word in found), len(found)


def enough(text: str) -> bool:
    """Whether enough words of ``text`` have a letter."""
    with_letter, count = lettered(text)
    return with_letter >= ENOUGH * count


def missing(text: str) -> float:
    """About how many words of prose ``text`` needs beside it; 0 if it needs none."""
    with_letter, count = lettered(text)
    return max(0.0, ENOUGH * count - with_letter) / GAIN


def filled_up(article: Article, rng: random.Random) -> Article:
    """The article with as many lines of prose between its blocks as it needs."""
    blocks = list(article.blocks)
    prose = Prose(rng)
    with_letter, count = lettered(article.extracted)
    while (lacking := ENOUGH * count - with_letter) > 0:
        words_needed = lacking / (1 - ENOUGH)
        added = prose.caption(words_needed) if words_needed < LINE_WORDS else prose.line()
        more = lettered(added)
        with_letter, count = with_letter + more[0], count + more[1]
        blocks.insert(rng.choice(gaps(blocks)), Block("p", (added,)))
    return replace(article, blocks=tuple(blocks))
