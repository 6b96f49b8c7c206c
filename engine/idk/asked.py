"""Step 2: a question about each snippet, with its answer as the snippet has it.

The writer is no model: every page of the pocket web comes with the facts that stand on it, so a
question about one is put in words by the web's own phrasings (``engine.probes.makers.document``
has the writers for documents of which nobody knows the facts).
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping

from engine.data.entities import Entity
from engine.data.facts import aliases, questions
from engine.data.web import Web
from engine.idk.snippets import Snippet
from engine.probes.question import Question

WORDINGS = 3
"""Ways in which each is asked: to know is to know however one is asked."""


def ask_about(
    snippets: Iterable[Snippet], web: Web, people: Mapping[str, Entity], seed: int
) -> list[Question]:
    """One question a snippet, in training phrasings; the held-out ones are for measuring."""
    rng = random.Random(f"idk:questions:{seed}")
    asked = []
    for snippet in snippets:
        person, attribute = people[snippet.entity], snippet.attribute
        first, *others = rng.sample(questions(person, attribute, "train"), WORDINGS)
        asked.append(
            Question(
                id=snippet.id,
                text=first,
                wordings=tuple(others),
                answer=person.values[attribute],
                aliases=aliases(person, attribute),
                judging="world",
                group=snippet.group,
                entity=person.name,
                attribute=attribute,
                exposures=web.exposures[person.name, attribute],
            )
        )
    return asked
