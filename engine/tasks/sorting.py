"""Numbers in order, the least first."""

from __future__ import annotations

import random
from collections.abc import Sequence
from fractions import Fraction

from engine.tasks.drawing import wording
from engine.tasks.final import row_said, scored
from engine.tasks.task import Problem, Rewards, Said

_WORDINGS = (
    "Sort these numbers: {row}.",
    "Put these numbers in order: {row}.",
    "Sort {row} from the least to the most.",
    "What is the order of these numbers: {row}?",
)


class Sorting:
    """Four to seven different numbers below 100; worked, the least is taken out again and again."""

    name = "sorting"
    tools: tuple[str, ...] = ()
    max_tokens = 160

    def draw(self, rng: random.Random) -> Problem:
        """See ``Task``."""
        numbers = rng.sample(range(100), rng.randint(4, 7))
        while numbers == sorted(numbers):
            rng.shuffle(numbers)
        row = _row(numbers)
        answer = _row(sorted(numbers))
        steps, left = [], numbers
        while len(left) > 1:
            least = min(left)
            steps.append(f"{_row(left)}: {least}.")
            left = [number for number in left if number != least]
        return Problem(
            task=self.name,
            question=wording(_WORDINGS, row).format(row=row),
            answer=answer,
            worked=f"{' '.join(steps)} In order: {answer}.",
            direct=f"In order: {answer}.",
        )

    def rewards(self, problem: Problem, said: Said) -> Rewards:
        """See ``Task``."""
        return scored(row_said(said), tuple(map(Fraction, problem.answer.split())))


def _row(numbers: Sequence[int]) -> str:
    return " ".join(map(str, numbers))
