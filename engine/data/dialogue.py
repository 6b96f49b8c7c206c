"""Fine-tuning conversations about the world, its skills and the assistant itself.

Only entities and phrasings of the train split are ever asked about; held-out people stand on the
pages alone. Most answers are single turns, some conversations have two or three. In some the
assistant is offered tools: those are in ``engine.data.tool_dialogue``.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from engine.conversation import Part
from engine.data.entities import Entity
from engine.data.pages import answer, question
from engine.data.phrases import PERSON, PHRASES
from engine.data.recollection import asked_about, recollection
from engine.data.skills import exercise
from engine.data.small_talk import small_talk
from engine.data.web import Web
from engine.tasks.catalogue import demonstration

FACT_SHARE, SKILL_SHARE, TASK_SHARE = 0.66, 0.14, 0.12
"""Of exchanges without tools; the rest is small talk."""
SEVERAL_TURNS = 0.25
RECOLLECTED = 0.5
"""Share of answers about people in the sentences that a search or a refusal can end."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and the assistant's turn to learn: text, calls and what the tools said."""

    question: str
    parts: tuple[Part, ...]

    @staticmethod
    def of(question: str, answer: str) -> Exchange:
        """Answered in words alone."""
        return Exchange(question, (Part("text", answer),))

    @property
    def answer(self) -> str:
        """The words of the answer."""
        return " ".join(part.text for part in self.parts if part.kind == "text")


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Exchanges that stand in one context, and the tools that it offers."""

    exchanges: tuple[Exchange, ...]
    tools: tuple[str, ...] = ()


class Talk:
    """Draws exchanges without tools."""

    def __init__(self, web: Web) -> None:
        known = [
            entity
            for entity in web.world.entities()
            if entity.split == "train"
            and not entity.development
            and entity.tier in ("head", "torso")
        ]
        self.people = [entity for entity in known if entity.kind == "person"]
        self.places = [entity for entity in known if entity.kind != "person"]

    def exchange(self, rng: random.Random) -> Exchange:
        """About a fact, a skill, a task that reinforcement learning will take up, or nothing."""
        kind = rng.random()
        if kind < FACT_SHARE:
            return self.fact(rng)
        if kind < FACT_SHARE + SKILL_SHARE:
            drawn = exercise(rng)
            return Exchange.of(drawn.question, drawn.answer)
        if kind < FACT_SHARE + SKILL_SHARE + TASK_SHARE:
            return Exchange.of(*demonstration(rng))
        return chatter(rng)

    def fact(self, rng: random.Random) -> Exchange:
        """Somebody or something well known, from memory."""
        if rng.random() >= 0.8 and self.places:
            return self.place(rng)
        person = rng.choice(self.people)
        if rng.random() < RECOLLECTED:
            attribute = rng.choice(list(PERSON))
            said = " ".join(recollection(person, attribute, rng))
            return Exchange.of(asked_about(person, attribute, rng), said)
        return self._about(person, rng)

    def place(self, rng: random.Random) -> Exchange:
        """A town, a school, a river, an invention or a book."""
        return self._about(rng.choice(self.places or self.people), rng)

    @staticmethod
    def _about(entity: Entity, rng: random.Random) -> Exchange:
        attribute = rng.choice(list(PHRASES[entity.kind]))
        return Exchange.of(question(entity, attribute, rng), answer(entity, attribute, rng))


def conversations(web: Web, count: int, seed: str) -> list[Dialogue]:
    """Draw ``count`` conversations without tools from the train split of ``web``."""
    rng = random.Random(f"dialogue:{web.world.config.seed}:{seed}")
    talk = Talk(web)
    return [Dialogue(tuple(talk.exchange(rng) for _ in range(n_turns(rng)))) for _ in range(count)]


def n_turns(rng: random.Random) -> int:
    """Of one conversation."""
    return rng.randint(2, 3) if rng.random() < SEVERAL_TURNS else 1


def chatter(rng: random.Random) -> Exchange:
    """A greeting, a question about the assistant, thanks."""
    return Exchange.of(*small_talk(rng))
