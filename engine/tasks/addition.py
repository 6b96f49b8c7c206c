"""Two numbers of three or four digits, added from the ones up."""

from __future__ import annotations

import random
from fractions import Fraction

from engine.tasks.drawing import worded
from engine.tasks.final import number_said, scored
from engine.tasks.task import Problem, Rewards, Said

_WORDINGS = (
    "What is {a} + {b}?",
    "How much is {a} plus {b}?",
    "Add {a} and {b}.",
    "What is the sum of {a} and {b}?",
)


class Addition:
    """The ones, the tens with what was carried, and so on; the result grows from its end."""

    name = "addition"
    tools: tuple[str, ...] = ()
    max_tokens = 112

    def draw(self, rng: random.Random) -> Problem:
        """See ``Task``."""
        drawn = sorted(rng.randint(10 ** (n - 1), 10**n - 1) for n in rng.choices((3, 4), k=2))
        words = worded(*drawn)
        a, b = words.sample(drawn, 2)
        return Problem(
            task=self.name,
            question=words.choice(_WORDINGS).format(a=a, b=b),
            answer=str(a + b),
            worked=_worked(a, b),
        )

    def rewards(self, problem: Problem, said: Said) -> Rewards:
        """See ``Task``."""
        return scored(number_said(said), Fraction(problem.answer))


def _worked(a: int, b: int) -> str:
    """``345 + 78``: "5 + 8 = 13, 3. 4 + 7 + 1 = 12, 23. 3 + 0 + 1 = 4, 423. It is 423."."""
    steps, carried, place = [], 0, 1
    while max(a, b) >= place:
        x, y = a // place % 10, b // place % 10
        total = x + y + carried
        sum_ = f"{x} + {y} + 1" if carried else f"{x} + {y}"
        place *= 10
        is_last = max(a, b) < place
        done = a + b if is_last else (a + b) % place
        # A zero in front is kept while there is more to come.
        shown = str(done) if is_last else str(done).zfill(len(str(place)) - 1)
        steps.append(f"{sum_} = {total}, {shown}.")
        carried = total // 10
    return f"{' '.join(steps)} It is {a + b}."
