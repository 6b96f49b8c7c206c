"""Tasks of reasoning-gym (Stojanovski et al., arXiv 2505.24760) by name: ``gym:gcd``.

The package is an optional extra. It draws the problems; what a model answers never goes to it,
as some of its verifiers evaluate answers as Python. An answer is compared here, which is right
where a problem has one right answer; tasks that are judged otherwise are refused.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from fractions import Fraction
from importlib import import_module
from typing import Any, Protocol

from engine.errors import RunError
from engine.tasks.final import number_said, numbers_in, scored
from engine.tasks.task import Problem, Rewards, Said

GYM = "gym:"
_SIZE = 20_000
"""Problems of a data set; they are made one by one when they are asked for."""
_SEED = 1
_LOOKED_AT = 24
"""Answers that must all be numbers if a data set has a verifier of its own."""
_MARK = re.compile(r"\banswer(?: is:?|:)", re.IGNORECASE)


class Dataset(Protocol):
    """What is used of a data set of reasoning-gym."""

    def __getitem__(self, index: int) -> dict[str, Any]:
        """``question`` and ``answer``, among others."""
        ...


@dataclass(frozen=True, slots=True)
class GymTask:
    """A data set of reasoning-gym as a task."""

    name: str
    dataset: Dataset
    tools: tuple[str, ...] = ()
    max_tokens: int = 192

    def draw(self, rng: random.Random) -> Problem:
        """See ``Task``."""
        entry = self.dataset[rng.randrange(_SIZE)]
        question, answer = str(entry["question"]), str(entry["answer"])
        return Problem(task=self.name, question=question, answer=answer, worked=answer)

    def rewards(self, problem: Problem, said: Said) -> Rewards:
        """See ``Task``."""
        truth = _number(problem.answer)
        if truth is not None:
            return scored(number_said(said), truth)
        return scored(_text_said(said), _plain(problem.answer))


def gym_task(name: str) -> GymTask:
    """The task ``gym:NAME``.

    Raises:
        RunError: reasoning-gym is not installed or does not load, it has no such data set, or its
            answers cannot be compared.
    """
    try:
        gym, base = import_module("reasoning_gym"), import_module("reasoning_gym.dataset")
    except ImportError as error:
        raise RunError(
            f"{GYM}{name} is a task of reasoning-gym, which cannot be loaded ({error}). "
            "Install it: pip install 'llmlab[gym]'."
        ) from error
    try:
        dataset = gym.create_dataset(name, size=_SIZE, seed=_SEED)
    except (ValueError, TypeError, AssertionError) as error:
        raise RunError(
            f"reasoning-gym makes no data set {name!r} ({error}). Choose one of its gallery, such "
            f"as {GYM}chain_sum or {GYM}gcd."
        ) from error
    is_judged_here = type(dataset).score_answer is base.ProceduralDataset.score_answer
    if not is_judged_here and any(_number(_answer(dataset, i)) is None for i in range(_LOOKED_AT)):
        raise RunError(
            f"{GYM}{name} accepts answers in several forms, and only reasoning-gym's own code can "
            "tell them; llmlab runs none of it on what a model says. Choose a task whose answers "
            f"are numbers or have one form, such as {GYM}chain_sum or {GYM}gcd."
        )
    return GymTask(GYM + name, dataset)


def _answer(dataset: Dataset, index: int) -> str:
    return str(dataset[index]["answer"])


def _number(answer: str) -> Fraction | None:
    """The number that a true answer is; None where it is anything else."""
    numbers = numbers_in(answer)
    is_bare = re.fullmatch(r"-?[\d,]*\d(\.\d+)?", answer.strip(), re.ASCII)
    return numbers[0] if is_bare and len(numbers) == 1 else None


def _text_said(said: Said) -> str | None:
    """All that was said, or what follows "answer is" or "answer:"."""
    return (_plain(_MARK.split(said.text)[-1]) or None) if said.ended else None


def _plain(text: str) -> str:
    """Without what writers add: a full stop, quotation marks, more spaces."""
    return " ".join(text.split()).strip(" .\"'`")
