"""How often a letter stands in a word: the tokens of a word do not show its letters."""

from __future__ import annotations

import random
from fractions import Fraction

from engine.tasks.drawing import word, wording
from engine.tasks.final import number_said, scored
from engine.tasks.task import Problem, Rewards, Said

_WORDINGS = (
    "How many {letter} are in {word}?",
    "How often does {letter} stand in {word}?",
    "How many times does the letter {letter} appear in {word}?",
    "Count the letter {letter} in {word}.",
)
_OTHERS = "aeiorst"
_PRESENT = 0.85
"""Share of letters that the word has; the others may be missing."""


class LetterCounting:
    """Counted along the spelling, as on the pages of ``engine.data.skills``."""

    name = "letter_counting"
    tools: tuple[str, ...] = ()
    max_tokens = 64

    def draw(self, rng: random.Random) -> Problem:
        """See ``Task``."""
        drawn = word(rng)
        letter = rng.choice(drawn if rng.random() < _PRESENT else _OTHERS)
        count, marks = 0, []
        for character in drawn:
            count += character == letter
            marks.append(f"{character} {count}" if character == letter else character)
        result = f"{letter} stands {count} {'time' if count == 1 else 'times'} in {drawn}."
        return Problem(
            task=self.name,
            question=wording(_WORDINGS, drawn, letter).format(letter=letter, word=drawn),
            answer=str(count),
            worked=f"{', '.join(marks)}. {result}",
            direct=result,
        )

    def rewards(self, problem: Problem, said: Said) -> Rewards:
        """See ``Task``."""
        return scored(number_said(said), Fraction(problem.answer))
