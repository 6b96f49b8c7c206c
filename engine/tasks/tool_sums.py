"""Sums of two steps, too large for a small model's head: for the calculator, called once.

Fine-tuning shows such stories with calls (``engine.data.problems``), but plain sums of one step
only: there is something to begin with, and something to find out.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from engine.data import lexicon
from engine.data.problems import plural
from engine.tasks.drawing import worded
from engine.tasks.final import number_said, scored
from engine.tasks.task import Problem, Rewards, Said

CALL = -0.1
"""What each call beyond the one that is needed costs."""
_MOST = 5
"""Calls that cost: a right answer stays better than a wrong one."""
_Numbers = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class _Form:
    """A sum: what the calculator is asked for, the ways to say it and how it is worked out."""

    expression: str
    wordings: tuple[str, ...]
    draw: Callable[[random.Random], _Numbers]
    value: Callable[[int, int, int], int]


def _rising(rng: random.Random) -> _Numbers:
    return rng.randint(21, 999), rng.randint(21, 999), rng.randint(11, 499)


def _falling(rng: random.Random) -> _Numbers:
    b, c = rng.randint(21, 399), rng.randint(11, 99)
    return b + c + rng.randint(5, 499), b, c


def _times(rng: random.Random) -> _Numbers:
    a, b = rng.randint(12, 99), rng.randint(3, 49)
    return a, b, rng.randint(5, a * b // 4)


_FORMS = (
    _Form(
        "{a} + {b} + {c}",
        (
            "On Monday {who} sold {a} {t}, on Tuesday {b} and on Friday {c}. "
            "How many {t} did {who} sell?",
            "What is {a} + {b} + {c}?",
            "Add {a}, {b} and {c}.",
        ),
        _rising,
        lambda a, b, c: a + b + c,
    ),
    _Form(
        "{a} - {b} - {c}",
        (
            "{who} had {a} {t}, gave {b} to {other} and lost {c}. How many {t} are left?",
            "What is {a} - {b} - {c}?",
            "Take {b} and {c} from {a}.",
        ),
        _falling,
        lambda a, b, c: a - b - c,
    ),
    _Form(
        "{a} * {b} - {c}",
        (
            "{who} has {a} boxes of {b} {t} and gives {c} {t} to {other}. How many {t} are left?",
            "What is {a} * {b} - {c}?",
            "Compute {a} times {b}, less {c}.",
        ),
        _times,
        lambda a, b, c: a * b - c,
    ),
    _Form(
        "{a} + {b} - {c}",
        (
            "{who} had {a} {t}, got {b} from {other} and lost {c}. How many {t} are left?",
            "What is {a} + {b} - {c}?",
            "Add {a} and {b}, then take {c} away.",
        ),
        _rising,
        lambda a, b, c: a + b - c,
    ),
)


class ToolSums:
    """Two steps that one call can compute."""

    name = "tool_sums"
    tools: tuple[str, ...] = ("calc",)
    max_tokens = 96

    def draw(self, rng: random.Random) -> Problem:
        """See ``Task``."""
        form = rng.choice(_FORMS)
        numbers = form.draw(rng)
        while (result := form.value(*numbers)) < 0:
            numbers = form.draw(rng)
        a, b, c = numbers
        expression = form.expression.format(a=a, b=b, c=c)
        words = worded(expression)
        who, other = words.sample(lexicon.FRIENDS, 2)
        things = plural(words.choice(lexicon.THINGS))
        asked = words.choice(form.wordings)
        return Problem(
            task=self.name,
            question=asked.format(a=a, b=b, c=c, who=who, other=other, t=things),
            answer=str(result),
            worked=f"{expression} = {result}.",
        )

    def rewards(self, problem: Problem, said: Said) -> Rewards:
        """See ``Task``."""
        spare = min(max(said.n_calls - 1, 0), _MOST)
        return scored(number_said(said), Fraction(problem.answer)) | {"calls": CALL * spare}
