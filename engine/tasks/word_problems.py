"""Apples and oranges: small stories that are worked out in two or three steps."""

from __future__ import annotations

import random
from fractions import Fraction

from engine.data import lexicon
from engine.data.problems import plural
from engine.tasks.drawing import worded
from engine.tasks.final import number_said, scored
from engine.tasks.task import Problem, Rewards, Said
from engine.tasks.word_forms import FORMS, Form, Numbers

_MOST = 99


class WordProblems:
    """Each form with each of its sums is one story, with its own people and things."""

    name = "word_problems"
    tools: tuple[str, ...] = ()
    max_tokens = 80

    def draw(self, rng: random.Random) -> Problem:
        """See ``Task``."""
        form = rng.choice(FORMS)
        numbers = form.draw(rng)
        while not all(1 < number <= _MOST for number in numbers.values()):
            numbers = form.draw(rng)
        words = _words(form, numbers)
        asked = worded(form.story, numbers).choice(form.asked)
        return Problem(
            task=self.name,
            question=f"{form.story} {asked}".format(**words),
            answer=str(numbers["r"]),
            worked=f"{form.steps} {form.reply}".format(**words),
        )

    def rewards(self, problem: Problem, said: Said) -> Rewards:
        """See ``Task``."""
        return scored(number_said(said), Fraction(problem.answer))


def _words(form: Form, numbers: Numbers) -> dict[str, object]:
    """What stands in a story: people and things that follow from its numbers."""
    rng = worded(form.steps, numbers)
    a, b = rng.sample(lexicon.FRIENDS, 2)
    thing, other = rng.sample(lexicon.THINGS, 2)
    people = {"a": a, "b": b}
    things = {"t1": thing, "s1": other, "t": plural(thing), "s": plural(other)}
    return {**numbers, **people, **things}
