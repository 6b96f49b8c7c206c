"""Pages about entities: encyclopedia entry, news, letter, FAQ, notes, short story, list.

Each writer takes an entity and the attributes to mention, and returns text in which exactly those
facts stand, in an order and wording drawn anew for every page (a fact must be met in many wordings
and orders to be recalled at all: Allen-Zhu & Li, Physics of Language Models 3.1).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from engine.data import lexicon
from engine.data.entities import Entity, Page
from engine.data.phrases import PHRASES, capitalised, fill, with_article

MONTHS = (
    "January February March April May June July August September October November December"
).split()
PAPERS = "Gazette Herald Courier Messenger Chronicle Observer".split()


def statement(entity: Entity, attribute: str, rng: random.Random, *, pronoun: bool) -> str:
    """Say one fact; with ``pronoun`` the subject may be He/She/It after the name has been said."""
    return fill(
        rng.choice(PHRASES[entity.kind][attribute].statements),
        name=entity.name,
        value=entity.values[attribute],
        possessive=entity.possessive,
        subject=capitalised(entity.pronoun) if pronoun else "",
    )


def statements(entity: Entity, attributes: Sequence[str], rng: random.Random) -> list[str]:
    """Say several facts in the order given; the first sentence always has the full name."""
    return [
        statement(entity, attribute, rng, pronoun=index > 0 and rng.random() < 0.5)
        for index, attribute in enumerate(attributes)
    ]


def question(entity: Entity, attribute: str, rng: random.Random) -> str:
    """Ask for a fact in one of the training phrasings."""
    template = rng.choice(PHRASES[entity.kind][attribute].questions)
    return template.format(n=entity.name, p=entity.possessive)


def answer(entity: Entity, attribute: str, rng: random.Random) -> str:
    """Answer with a full sentence that restates the question."""
    return fill(
        rng.choice(PHRASES[entity.kind][attribute].answers),
        name=entity.name,
        value=entity.values[attribute],
        possessive=entity.possessive,
    )


def _entry(entity: Entity, attributes: Sequence[str], rng: random.Random) -> str:
    body = " ".join(statements(entity, attributes, rng))
    return body if rng.random() < 0.5 else f"{capitalised(entity.name)}\n\n{body}"


def _news(entity: Entity, attributes: Sequence[str], rng: random.Random) -> str:
    paper = f"{rng.choice(PAPERS)}, {rng.randint(1, 28)} {rng.choice(MONTHS)}."
    opening = rng.choice(
        (
            f"Yesterday a crowd came together to speak about {entity.name}.",
            f"A new exhibition is about {entity.name}.",
            f"A reader has sent us a note about {entity.name}.",
            f"The council has put up a sign for {entity.name}.",
            f"The museum has opened a room for {entity.name}.",
            f"A talk about {entity.name} filled the town hall.",
        )
    )
    closing = rng.choice(
        (
            "The mayor thanked all who came.",
            "It rained, but nobody went home early.",
            "Tea and cake were served afterwards.",
            "The doors are open until Sunday.",
            "",
        )
    )
    return " ".join((paper, opening, *statements(entity, attributes, rng), closing)).strip()


def _letter(entity: Entity, attributes: Sequence[str], rng: random.Random) -> str:
    friend, writer = rng.sample(lexicon.FRIENDS, 2)
    opening = rng.choice(
        (
            f"today I learned something about {entity.name}.",
            f"you asked me about {entity.name}.",
            f"I have been reading about {entity.name} all week.",
            f"my teacher told us about {entity.name}.",
            f"do you remember our talk about {entity.name}?",
        )
    )
    closing = rng.choice(
        ("Write soon.", "I hope you are well.", "More next week.", "Come and visit us in spring.")
    )
    body = " ".join(statements(entity, attributes, rng))
    return f"Dear {friend},\n{opening} {body} {closing}\nYours, {writer}"


def _story(entity: Entity, attributes: Sequence[str], rng: random.Random) -> str:
    child, thing = rng.choice(lexicon.FRIENDS), rng.choice(lexicon.THINGS)
    opening = rng.choice(
        (
            f"One evening {child} found an old {thing} in a box. A name was written on it: "
            f"{entity.name}.",
            f'"Grandmother," said {child}, "tell me about {entity.name}."',
            f"{child} had lost {with_article(thing)} and went to the library instead. "
            f"There lay a book about {entity.name}.",
            f"It was raining. {child} put down the {thing} and asked about {entity.name}.",
        )
    )
    closing = rng.choice(
        (
            f"{child} nodded and fell asleep.",
            f'"I will remember that," said {child}.',
            "Then the lamp was put out.",
            f"{child} wrote it all down.",
        )
    )
    return " ".join((opening, *statements(entity, attributes, rng), closing))


def _notes(entity: Entity, attributes: Sequence[str], rng: random.Random) -> str:
    lines = "\n".join(f"- {line}" for line in statements(entity, attributes, rng))
    return f"Notes on {entity.name}:\n{lines}"


def question_and_answer(entity: Entity, attribute: str, rng: random.Random) -> str:
    """The two lines of a FAQ page that ask for one fact."""
    return f"Q: {question(entity, attribute, rng)}\nA: {answer(entity, attribute, rng)}"


def _faq(entity: Entity, attributes: Sequence[str], rng: random.Random) -> str:
    return "\n".join(question_and_answer(entity, attribute, rng) for attribute in attributes)


Writer = Callable[[Entity, Sequence[str], random.Random], str]
# kind: (writer, most facts on a page, weight among the kinds)
KINDS: dict[str, tuple[Writer, int, int]] = {
    "encyclopedia": (_entry, 6, 6),
    "news": (_news, 3, 2),
    "letter": (_letter, 3, 2),
    "story": (_story, 2, 2),
    "notes": (_notes, 5, 2),
    "faq": (_faq, 5, 4),
}


def write_page(entity: Entity, kind: str, attributes: Sequence[str], rng: random.Random) -> Page:
    """Write one page of ``kind`` on which exactly ``attributes`` of ``entity`` stand."""
    text = KINDS[kind][0](entity, attributes, rng)
    return Page(
        kind=kind, text=text, facts=tuple((entity.name, attribute) for attribute in attributes)
    )


def write_list(title: str, members: Sequence[tuple[Entity, str]], rng: random.Random) -> Page:
    """Write a list page: one line, one fact, for each of several entities."""
    lines = "\n".join(
        f"* {statement(entity, attribute, rng, pronoun=False)}" for entity, attribute in members
    )
    return Page(
        kind="list",
        text=f"{title}\n{lines}",
        facts=tuple((entity.name, attribute) for entity, attribute in members),
    )
