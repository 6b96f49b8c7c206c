"""Words spelled from their end."""

from __future__ import annotations

import random

from engine.data.skills import spelled
from engine.tasks.drawing import word, wording
from engine.tasks.final import letters_said, scored
from engine.tasks.task import Problem, Rewards, Said

_WORDINGS = (
    "Spell {word} backwards.",
    "How do you spell {word} backwards?",
    "What is {word} spelled from its end?",
    "Write the letters of {word} in reverse.",
)


class SpellBackwards:
    """Spelled forwards, then backwards."""

    name = "spell_backwards"
    tools: tuple[str, ...] = ()
    max_tokens = 64

    def draw(self, rng: random.Random) -> Problem:
        """See ``Task``."""
        # What reads the same both ways would reward who only spells.
        drawn = word(rng, lambda drawn: drawn != drawn[::-1])
        answer = drawn[::-1]
        return Problem(
            task=self.name,
            question=wording(_WORDINGS, drawn).format(word=drawn),
            answer=answer,
            worked=f"{drawn} is spelled {spelled(drawn)}. Backwards it is {spelled(answer)}.",
        )

    def rewards(self, problem: Problem, said: Said) -> Rewards:
        """See ``Task``."""
        return scored(letters_said(said), problem.answer)
