"""Is 9.9 more than 9.11? As numbers it is, as versions of a program it is not."""

from __future__ import annotations

import random
import re
from fractions import Fraction

from engine.tasks.drawing import worded
from engine.tasks.final import number_said, numbers_in, scored, statement
from engine.tasks.task import Problem, Rewards, Said

_WORDINGS = (
    "Which is {sense}, {a} or {b}?",
    "Which number is {sense}: {a} or {b}?",
    "What is {sense}, {a} or {b}?",
    "Of {a} and {b}, which is {sense}?",
)
_MORE = ("more", "larger", "greater", "bigger")
_LESS = ("less", "smaller")
_SENSES = "|".join((*_MORE, *_LESS))
_SAYS = re.compile(
    rf"(?<![\d.])\d+(?:\.\d+)? is (?P<sense>{_SENSES})(?P<than> than \d)?", re.IGNORECASE
)
_SAME_WHOLE = 0.8
"""Share of pairs that are equal before the point."""
_SAME_PLACES = 0.3


class Comparing:
    """Two numbers with one or two places behind the point; worked, they get equally many."""

    name = "comparing"
    tools: tuple[str, ...] = ()
    max_tokens = 64

    def draw(self, rng: random.Random) -> Problem:
        """See ``Task``."""
        x, y = _pair(rng)
        words = worded(*sorted((x, y)))
        a, b = words.sample(sorted((x, y)), 2)
        sense = words.choice((*_MORE, "less", "smaller"))
        more, less = (a, b) if Fraction(a) > Fraction(b) else (b, a)
        answer = more if sense in _MORE else less
        end = f"{answer} is {'more' if answer == more else 'less'}."
        return Problem(
            task=self.name,
            question=words.choice(_WORDINGS).format(sense=sense, a=a, b=b),
            answer=answer,
            worked=f"{_worked(a, b, more, less)} So {end}",
            direct=end,
        )

    def rewards(self, problem: Problem, said: Said) -> Rewards:
        """See ``Task``."""
        return scored(_named(problem, said), Fraction(problem.answer))


def _named(problem: Problem, said: Said) -> Fraction | None:
    """The number that an answer names as the one that was asked for."""
    found = _SAYS.search(statement(said))
    if found is None:
        return number_said(said)
    numbers = numbers_in(statement(said))
    if len(numbers) != (2 if found["than"] else 1):
        return None
    asked_more = any(word in problem.question for word in _MORE)
    says_more = found["sense"].lower() in _MORE
    if found["than"]:
        return numbers[0] if asked_more == says_more else numbers[1]
    return numbers[0] if asked_more == says_more else None


def _pair(rng: random.Random) -> tuple[str, str]:
    """Two that differ, as text."""
    while True:
        whole = rng.randint(0, 19)
        other = whole if rng.random() < _SAME_WHOLE else rng.randint(0, 19)
        x = _with_places(rng, whole, rng.randint(1, 2))
        n_places = len(x.split(".")[1])
        y = _with_places(rng, other, n_places if rng.random() < _SAME_PLACES else 3 - n_places)
        if Fraction(x) != Fraction(y):
            return x, y


def _with_places(rng: random.Random, whole: int, n_places: int) -> str:
    return f"{whole}.{rng.randint(1, 9)}" if n_places == 1 else f"{whole}.{rng.randint(1, 99):02}"


def _worked(a: str, b: str, more: str, less: str) -> str:
    """``9.9`` and ``9.11``: "9.9 = 9.90. 90 is more than 11."."""
    (whole_a, places_a), (whole_b, places_b) = a.split("."), b.split(".")
    if whole_a != whole_b:
        return f"{more.split('.')[0]} is more than {less.split('.')[0]}."
    n_places = max(len(places_a), len(places_b))
    padded = [f"{number} = {number}0. " for number in (a, b) if _n_places(number) < n_places]
    high, low = (number.split(".")[1].ljust(n_places, "0") for number in (more, less))
    return f"{''.join(padded)}{high} is more than {low}."


def _n_places(number: str) -> int:
    return len(number.split(".")[1])
