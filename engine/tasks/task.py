"""What a task is: it draws problems and says in named parts how good an answer is."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

Split = Literal["train", "heldout"]
HELDOUT_OF = 5
"""One problem in so many is held out, by a hash of its question."""

Rewards = dict[str, float]
"""Named parts of a reward. ``correct`` is always among them, 0 or 1; the reward is their sum."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """A question with one right answer."""

    task: str
    question: str
    answer: str
    """In canonical form, to be compared with."""
    worked: str
    """An answer that thinks aloud: what fine-tuning shows."""
    direct: str | None = None
    """An answer without thinking, of tasks that also show that."""

    @property
    def split(self) -> Split:
        """A hash of the question: the same in every process and for every seed."""
        digest = hashlib.sha256(self.question.encode()).digest()
        return "heldout" if digest[0] % HELDOUT_OF == 0 else "train"


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What a model answered."""

    text: str
    """Outside of calls."""
    ended: bool
    """Whether it ended by itself, not at the limit of tokens."""
    n_calls: int = 0


class Task(Protocol):
    """Draws problems and rewards answers."""

    @property
    def name(self) -> str:
        """As on the command line."""
        ...

    @property
    def tools(self) -> tuple[str, ...]:
        """The tools that are offered with its problems."""
        ...

    @property
    def max_tokens(self) -> int:
        """Room for an answer."""
        ...

    def draw(self, rng: random.Random) -> Problem:
        """A problem of either split."""
        ...

    def rewards(self, problem: Problem, said: Said) -> Rewards:
        """What ``said`` is worth."""
        ...


def problems(task: Task, split: Split, rng: random.Random) -> Iterator[Problem]:
    """Problems of one split, without end; a small task repeats itself."""
    while True:
        problem = task.draw(rng)
        if problem.split == split:
            yield problem
