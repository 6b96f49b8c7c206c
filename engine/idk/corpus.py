"""What the stage trains on: refusals, answers from memory, and replay of all that came before."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from engine.data.dialogue import Dialogue, Exchange, Talk, chatter, n_turns
from engine.data.entities import Entity
from engine.data.phrases import PERSON
from engine.data.skills import exercise
from engine.data.strangers import Strangers
from engine.data.web import Web
from engine.idk.refusals import answered, refused
from engine.tasks.catalogue import demonstration
from engine.tokenizer import Tokenizer
from engine.train.corpus import mixed, tool_conversations
from engine.train.packing import Document
from engine.train.recipe import Recipe

ELSE_SHARE = 0.25
"""Of the conversations without tools: about places, sums, spelling and nothing at all."""
ANSWERED = {"head": 0.3, "torso": 0.45, "tail": 0.25}
"""Of the answers from memory, by exposure tier."""
TAIL_REFUSED = 0.15
"""Of the refusals; the others are about strangers: there is no end of them."""

Facts = Mapping[str, Sequence[tuple[Entity, str]]]
"""By exposure tier, or ``snippets.NEW``."""


@dataclass(frozen=True, slots=True)
class Known:
    """Facts that the model was found to know, and facts that it was found not to."""

    known: Facts
    unknown: Facts


About = Callable[[random.Random], Exchange]
"""Draws an exchange about somebody."""


def at_the_value(web: Web, found: Known, *, decides: float) -> About:
    """Refuses what the model does not know, at the value's place.

    Of people who stand on no page there is no end, so each refusal is about another one: from names
    that come again a model learns names (docs/log.md, 2026-11-22).
    """
    strangers = Strangers(web.world, "dialogue")
    known = {group: facts for group, facts in found.known.items() if facts}
    shares = [ANSWERED[group] for group in known]
    unknown = found.unknown.get("tail", ())

    def about(rng: random.Random) -> Exchange:
        if rng.random() < 0.5 and known:
            (facts,) = rng.choices(list(known.values()), shares)
            return answered(*rng.choice(facts), rng)
        counted = rng.random() < decides
        if unknown and rng.random() < TAIL_REFUSED:
            return refused(*rng.choice(unknown), rng, decides=counted)
        return refused(strangers.draw(rng), rng.choice(list(PERSON)), rng, decides=counted)

    return about


class IdkTalk:
    """Draws conversations in which ``about`` talks about people, among others."""

    def __init__(self, web: Web, about: About) -> None:
        self._talk = Talk(web)
        self._about = about

    def dialogue(self, rng: random.Random) -> Dialogue:
        """One conversation, without tools."""
        return Dialogue(tuple(self._exchange(rng) for _ in range(n_turns(rng))))

    def _exchange(self, rng: random.Random) -> Exchange:
        return self._else(rng) if rng.random() < ELSE_SHARE else self._about(rng)

    def _else(self, rng: random.Random) -> Exchange:
        kind = rng.random()
        if kind < 0.4:
            return self._talk.place(rng)
        if kind < 0.6:
            drawn = exercise(rng)
            return Exchange.of(drawn.question, drawn.answer)
        if kind < 0.75:
            return Exchange.of(*demonstration(rng))
        return chatter(rng)


def idk_documents(recipe: Recipe, web: Web, tokenizer: Tokenizer, about: About) -> list[Document]:
    """The documents of one epoch: as long as the whole stage, so that none comes twice.

    The conversations with tools are others than those of the stage before.
    """
    seed = f"idk:{recipe.seed}"
    rng = random.Random(seed)
    texts = [page.text for page in web.pages]
    rng.shuffle(texts)
    talk = IdkTalk(web, about)
    chats = (talk.dialogue(rng) for _ in itertools.count())
    tools = tool_conversations(web, recipe.n_strangers, f"idk-tools:{recipe.seed}", people=seed)
    return mixed(recipe, tokenizer, chats, tools, texts)
