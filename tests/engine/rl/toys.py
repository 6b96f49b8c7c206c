"""Tasks that a small model can get better at in seconds, and attempts made up by hand."""

from __future__ import annotations

import random
from dataclasses import dataclass

import pytest

from engine.native import prepare
from engine.rl.record import Attempt, Group
from engine.tasks import catalogue
from engine.tasks.task import Problem, Rewards, Said


@dataclass(frozen=True)
class Short:
    """Right is whatever ends within ``most`` characters."""

    most: int = 24
    name: str = "short"
    tools: tuple[str, ...] = ()
    max_tokens: int = 24

    def draw(self, rng: random.Random) -> Problem:
        question = f"What is {rng.randrange(100)} + {rng.randrange(100)}?"
        return Problem(task=self.name, question=question, answer="", worked="")

    def rewards(self, problem: Problem, said: Said) -> Rewards:
        return {
            "correct": float(said.ended and len(said.text) <= self.most),
            "calls": 0.25 * said.n_calls,
        }


@dataclass(frozen=True)
class Never(Short):
    """Nothing is right."""

    name: str = "never"

    def rewards(self, problem: Problem, said: Said) -> Rewards:
        return {"correct": 0.0}


def add_toys(patch: pytest.MonkeyPatch) -> None:
    """Make both known by their names, and wait for the compiled code that draws attempts."""
    patch.setitem(catalogue.TASKS, "short", Short(most=16))
    patch.setitem(catalogue.TASKS, "never", Never())
    prepare().result()


def attempt(reward: float = 0.0, n: int = 3, **changes: object) -> Attempt:
    """An attempt of ``n`` drawn tokens."""
    values: dict[str, object] = {
        "ids": tuple(range(n)), "pieces": ("x",) * n, "drawn": (True,) * n,
        "logprobs": (-0.5,) * n, "logprobs_after": None, "rewards": {"correct": reward},
        "correct": reward >= 1, "advantage": 0.0, "ended": True,
    }  # fmt: skip
    return Attempt(**{**values, **changes})  # type: ignore[arg-type]


def group(*attempts: Attempt, step: int = 1) -> Group:
    return Group(step=step, task="short", question="?", answer="", attempts=attempts)
