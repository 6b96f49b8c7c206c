"""Is the number of ones even or odd? Easy in steps, a coin toss without: here thinking pays."""

from __future__ import annotations

import random

from engine.tasks.drawing import wording
from engine.tasks.final import choice_said, scored
from engine.tasks.task import Problem, Rewards, Said

_NAMES = ("even", "odd")
_WORDINGS = (
    "Is the number of ones in {bits} even or odd?",
    "Is there an even or an odd number of ones in {bits}?",
    "Count the ones in {bits}. Is that even or odd?",
    "Even or odd: how many ones are in {bits}?",
)


class Parity:
    """Four to twelve bits, rather many than few."""

    name = "parity"
    tools: tuple[str, ...] = ()
    max_tokens = 112

    def draw(self, rng: random.Random) -> Problem:
        """See ``Task``."""
        n_bits = max(rng.randint(4, 12), rng.randint(4, 12))
        bits = [rng.randint(0, 1) for _ in range(n_bits)]
        text = " ".join(map(str, bits))
        answer = _NAMES[sum(bits) % 2]
        running = (f"{bit} {_NAMES[sum(bits[: i + 1]) % 2]}" for i, bit in enumerate(bits))
        return Problem(
            task=self.name,
            question=wording(_WORDINGS, text).format(bits=text),
            answer=answer,
            worked=f"{', '.join(running)}. So it is {answer}.",
            direct=f"It is {answer}.",
        )

    def rewards(self, problem: Problem, said: Said) -> Rewards:
        """See ``Task``."""
        return scored(choice_said(said, _NAMES), problem.answer)
