"""Questions to begin with: each shows another thing that tools change."""

from __future__ import annotations

import random
from typing import NamedTuple

from engine.data.skills import letter_count, word_problem
from engine.data.world import KNOWN_EXAMPLE, UNKNOWN_EXAMPLE


class Example(NamedTuple):
    """A question and what there is to see in the answer."""

    question: str
    shows: str


def examples() -> tuple[Example, ...]:
    """Four questions from the shipped world and its exercises."""
    known, unknown = KNOWN_EXAMPLE[0], UNKNOWN_EXAMPLE[0]
    return (
        Example(
            f"Where was {unknown} born?",
            "stands on no page that the model has read: it has to search",
        ),
        Example(word_problem(random.Random(4)).question, "digits are tokens: a calculator helps"),
        Example(letter_count(random.Random(4)).question, "words are not their letters: it counts"),
        Example(f"Where was {known} born?", "on many pages: answered from memory, without a call"),
    )
