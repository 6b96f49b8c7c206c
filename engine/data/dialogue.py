"""Fine-tuning conversations about the world, its skills and the assistant itself.

Only entities and phrasings of the train split are ever asked about; held-out people stand on the
pages alone. Most answers are single turns, some conversations have two or three.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from engine.data import lexicon
from engine.data.entities import Entity
from engine.data.pages import answer, question
from engine.data.phrases import PHRASES
from engine.data.skills import exercise
from engine.data.web import Web

SMALL_TALK: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (
        ("Hello!", "Hi!", "Good morning!", "Hello, how are you?", "Hi there!", "Good evening!"),
        (
            "Hello! What would you like to know?",
            "Hi! Ask me about people, towns or sums.",
            "Good day! How can I help you?",
        ),
    ),
    (
        ("Who are you?", "What are you?", "What is your name?", "Tell me about yourself."),
        (
            "I am a very small language model, trained on the pocket web.",
            "I am the assistant of llmlab, a small model that learned from a small web.",
        ),
    ),
    (
        ("What can you do?", "What can I ask you?", "How can you help me?"),
        (
            "I can answer questions about the people and towns of the pocket web, "
            "add small numbers and spell words.",
            "Ask me where somebody was born, or let me add two numbers.",
        ),
    ),
    (
        ("Thank you!", "Thanks!", "Thanks a lot.", "That is all, thank you."),
        ("You are welcome!", "Gladly! Come back any time.", "You are welcome. Goodbye!"),
    ),
    (
        ("Goodbye!", "Bye!", "See you soon!", "Good night!"),
        ("Goodbye!", "Goodbye! Come back any time."),
    ),
)
FACT_SHARE, SKILL_SHARE = 0.72, 0.2


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and the answer to learn."""

    question: str
    answer: str


def conversations(web: Web, count: int, seed: str) -> list[tuple[Exchange, ...]]:
    """Draw ``count`` conversations from the train split of ``web``."""
    rng = random.Random(f"dialogue:{web.world.config.seed}:{seed}")
    known = [
        entity
        for entity in web.world.entities()
        if entity.split == "train" and not entity.development and entity.tier in ("head", "torso")
    ]
    people = [entity for entity in known if entity.kind == "person"]
    places = [entity for entity in known if entity.kind != "person"]
    drawn = []
    for _ in range(count):
        turns = 1 if rng.random() < 0.75 else rng.randint(2, 3)
        drawn.append(tuple(_exchange(rng, people, places) for _ in range(turns)))
    return drawn


def _exchange(rng: random.Random, people: list[Entity], places: list[Entity]) -> Exchange:
    kind = rng.random()
    if kind < FACT_SHARE:
        entity = rng.choice(people if rng.random() < 0.8 or not places else places)
        attribute = rng.choice(list(PHRASES[entity.kind]))
        return Exchange(question(entity, attribute, rng), answer(entity, attribute, rng))
    if kind < FACT_SHARE + SKILL_SHARE:
        drawn = exercise(rng)
        return Exchange(drawn.question, drawn.answer)
    asked, answered = rng.choice(SMALL_TALK)
    name = rng.choice(lexicon.FRIENDS)
    asked_text = rng.choice(asked)
    if asked_text.startswith(("Hello!", "Hi!")) and rng.random() < 0.3:
        asked_text = f"{asked_text} I am {name}."
    return Exchange(asked_text, rng.choice(answered))
