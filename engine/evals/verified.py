"""Tasks with a verifier, measured on held-out problems: pass@1, pass@k and how long answers are."""

from __future__ import annotations

import dataclasses
import itertools
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from engine.conversation import Turn
from engine.errors import RequestError, RunError
from engine.evals.answer import as_document
from engine.local import LocalModel
from engine.rl.metrics import pass_at_k
from engine.rl.rollout import said_of
from engine.sampling_params import SamplingParams
from engine.tasks.task import Problem, Said, Task
from engine.tasks.task import problems as problems_of
from engine.tool_loop import ToolLoop
from tools.calculator import calc_tool
from tools.registry import Registry

N_PROBLEMS = 100
N_SAMPLES = 8
MOST_K = 8
"""The k of pass@k, unless there are fewer samples."""
_SHOTS = 2
"""Worked examples that a base model sees: more would not fit with long answers."""
_DRAWS_A_PROBLEM = 200
Figures = dict[str, Any]
Answers = list[list[tuple[Said, int]]]
"""To each problem some answers, each with its length."""


@dataclass(frozen=True, slots=True)
class Marked:
    """An answer with its mark."""

    said: Said
    length: int
    """Tokens that were drawn, the stop token counted."""
    is_correct: bool
    reward: float


def verified(
    local: LocalModel,
    task: Task,
    *,
    n_problems: int = N_PROBLEMS,
    n_samples: int = N_SAMPLES,
    seed: str = "eval",
) -> Figures:
    """The figures of ``local`` on held-out problems; the same for the same seed.

    Args:
        local: a chat model; a base model answers behind examples, and without tools.
        task: whose problems.
        n_problems: different ones; there may be fewer.
        n_samples: to a problem, at temperature 1.
        seed: of problems and samples.

    Returns:
        ``pass_at_1``, ``pass_at_k`` and ``k``, ``greedy`` (share right at temperature 0),
        ``mean_length`` in tokens, also of the right and of the wrong answers (None if there are
        none), ``ended`` (share of answers that ended by themselves), ``reward`` (mean) and ``n``.

    Raises:
        RunError: n_problems or n_samples is below 1, or no problem is held out.
        RequestError: a problem does not fit the context, or the model lacks a tool of the task.
    """
    for name, value in (("n", n_problems), ("samples", n_samples)):
        if value < 1:
            raise RunError(f"{name} = {value}, but must be at least 1. Change --{name}.")
    problems = heldout(task, n_problems, random.Random(f"{seed}:{task.name}"))
    sampled = attempts(local, task, problems, n_samples, temperature=1.0, seed=seed)
    greedy = attempts(local, task, problems, 1, temperature=0.0, seed=seed)
    answers = [answer for group in sampled for answer in group]
    k = min(MOST_K, n_samples)
    right = [sum(answer.is_correct for answer in group) for group in sampled]
    return {
        "n": len(problems),
        "pass_at_1": fmean(answer.is_correct for answer in answers),
        "pass_at_k": fmean(pass_at_k(n_samples, count, k) for count in right),
        "k": k,
        "greedy": fmean(answer.is_correct for group in greedy for answer in group),
        "mean_length": _mean_length(answers),
        "mean_length_correct": _mean_length(a for a in answers if a.is_correct),
        "mean_length_wrong": _mean_length(a for a in answers if not a.is_correct),
        "ended": fmean(answer.said.ended for answer in answers),
        "reward": fmean(answer.reward for answer in answers),
    }


def heldout(task: Task, n: int, rng: random.Random) -> list[Problem]:
    """``n`` different held-out problems, or as many as some draws find.

    Raises:
        RunError: none was found.
    """
    found: dict[str, Problem] = {}
    for _ in range(_DRAWS_A_PROBLEM * n):
        problem = task.draw(rng)
        if problem.split == "heldout":
            found.setdefault(problem.question, problem)
        if len(found) == n:
            break
    if not found:
        raise RunError(f"No problem of {task.name} is held out. Choose a task with more problems.")
    return list(found.values())


def attempts(
    local: LocalModel,
    task: Task,
    problems: Sequence[Problem],
    n: int,
    *,
    temperature: float,
    seed: str,
) -> list[list[Marked]]:
    """``n`` answers to each problem, marked.

    Raises:
        RequestError: a problem does not fit the context, or the model lacks a tool of the task.
    """
    params = SamplingParams(temperature=temperature, max_tokens=task.max_tokens)
    seeds = [random.Random(f"{seed}:{p.question}").getrandbits(48) for p in problems]
    answer = _chatted if local.chats else _continued
    return [
        [_marked(task, problem, said, length) for said, length in group]
        for problem, group in zip(
            problems, answer(local, task, problems, n, params, seeds), strict=True
        )
    ]


def _chatted(
    local: LocalModel,
    task: Task,
    problems: Sequence[Problem],
    n: int,
    params: SamplingParams,
    seeds: Sequence[int],
) -> Answers:
    """Those of a chat model."""
    loop = ToolLoop(local, Registry((calc_tool(),)), tools=task.tools)
    conversations = [[Turn.of("user", problem.question)] for problem in problems]
    return [
        [(said_of(answered), sum(answered.drawn)) for answered in group]
        for group in loop.samples(conversations, params, n=n, seeds=seeds)
    ]


def _continued(
    local: LocalModel,
    task: Task,
    problems: Sequence[Problem],
    n: int,
    params: SamplingParams,
    seeds: Sequence[int],
) -> Answers:
    """Those of a base model, behind worked examples; they end with their line."""
    if task.tools:
        raise RequestError(
            f"{local.info.name} is a base model and calls no tools, but {task.name} offers "
            f"{', '.join(task.tools)}. Choose a model that was fine-tuned."
        )
    rng = random.Random(f"shots:{task.name}")
    shown = itertools.islice(problems_of(task, "train", rng), _SHOTS)
    prefix = "".join(f"Q: {problem.question}\nA: {problem.worked}\n" for problem in shown)
    groups = [
        local.complete(
            as_document(prefix, problem.question),
            dataclasses.replace(params, stop=("\n",), seed=seed),
            n=n,
        )
        for problem, seed in zip(problems, seeds, strict=True)
    ]
    return [
        [(Said(text=c.text, ended=c.finish_reason == "stop"), len(c.ids)) for c in group]
        for group in groups
    ]


def _marked(task: Task, problem: Problem, said: Said, length: int) -> Marked:
    rewards = task.rewards(problem, said)
    return Marked(said, length, rewards["correct"] == 1, sum(rewards.values()))


def _mean_length(answers: Iterable[Marked]) -> float | None:
    lengths = [answer.length for answer in answers]
    return fmean(lengths) if lengths else None
