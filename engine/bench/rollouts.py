"""``llmlab bench rollouts``: a step of reinforcement learning, and its attempts by another library.

Each round has problems of its own. Ours draws attempts at them as the stage ``rl`` does (rewards
and all) and learns from them; then ``generate`` of ``transformers`` draws as many answers to the
same prompts with the same weights, the same ids to stop at and the same ids left out. It does so in
two ways, all rows in one batch and as many at a time as ours, and the quicker one of each round is
what ours is held against. This process imports no torch: it gives out the work and reckons.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Any

from engine.bench.attempts import (
    Attempts,
    Learnt,
    Ours,
    Rules,
    mean_length,
    same_length,
    tokens_per_s,
)
from engine.bench.contenders import Contender, Contenders, Say
from engine.bench.figures import median_ratio, rounded
from engine.bench.machine import head_of
from engine.bench.rounds import rounds_of
from engine.errors import LabError
from engine.manifest import CheckpointInfo
from engine.rl.check import check_parent
from engine.rl.plan import RlPlan, plan
from engine.tasks.catalogue import task_named

Report = dict[str, Any]
OURS = "ours@fp32"
ROUNDS = 5
LIMIT_S = 180.0
"""After which no further round is begun."""


def rollouts_plan(
    task: str, info: CheckpointInfo, *, algorithm: str = "grpo", size: str = "nano"
) -> RlPlan:
    """What is drawn and learned, checked against the checkpoint.

    Raises:
        RunError: there is no such task or algorithm, or the checkpoint cannot learn the task.
        LabError: the task offers tools, which ``generate`` cannot call.
    """
    # Problems that are drawn again would be work that the peer is not given.
    chosen = plan(algorithm, (task,), size=size, resample=False)
    tools = task_named(task).tools
    if tools:
        raise LabError(
            f"The task {task!r} offers the tool {tools[0]!r}, which generate of transformers "
            "cannot call: there would be nothing to compare with. Choose a task without tools."
        )
    check_parent(chosen, info)
    return chosen


def run_rollouts_bench(
    info: CheckpointInfo, chosen: RlPlan, say: Say, *, rounds: int | None = None
) -> Report:
    """Measure one checkpoint.

    Args:
        info: an assistant of this lab.
        chosen: see ``rollouts_plan``.
        say: told of progress.
        rounds: how many at most; None for the usual number.

    Returns:
        A JSON document: what it ran on, ``contenders`` (what each is), ``unavailable`` (who could
        not take part, and why), the work (``task``, ``prompts``, ``samples`` ...), and the figures
        of ``reckoned``.

    Raises:
        LabError: a number of rounds below 1, the checkpoint is damaged, or a contender died.
    """
    most = ROUNDS if rounds is None else rounds
    if most < 1:
        raise LabError(f"--rounds {most} is too small. Give a number from 1 up.")
    head = head_of("rollouts", info)
    with Contenders(info, head["threads"], say) as contenders:
        ours, theirs = contenders.at_rl(chosen), contenders.transformers()
        rules: Rules = ours.child.ask("rules")
        say("rollouts: warming up")
        one_round(0, ours, theirs, rules, chosen)
        done = [
            one_round(number + 1, ours, theirs, rules, chosen)
            for number in rounds_of("rollouts", (most, LIMIT_S), say)
        ]
        return {
            **head,
            "task": chosen.tasks[0],
            "algorithm": chosen.algorithm,
            "prompts": chosen.n_prompts,
            "samples": chosen.group_size,
            "temperature": chosen.temperature,
            "max_tokens": rules["max_tokens"],
            "contenders": {each.name: each.about for each in contenders.opened},
            "unavailable": contenders.unavailable,
            **reckoned(done),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Round:
    """All sides at the same problems."""

    ours: Ours
    learnt: Learnt
    theirs: dict[str, Attempts]
    """By the way of drawing; empty without a peer."""


def one_round(
    step: int, ours: Contender, theirs: Contender | None, rules: Rules, chosen: RlPlan
) -> Round:
    """Ours draws and learns, then the peer draws in each of its ways.

    Args:
        step: which problems.
        ours: see ``rl``.
        theirs: see ``peer``.
        rules: of ours.
        chosen: how many attempts at how many problems.
    """
    drawn: Ours = ours.child.ask("draw", step=step)
    learnt: Learnt = ours.child.ask("learn")
    if theirs is None:
        return Round(ours=drawn, learnt=learnt, theirs={})
    work = {
        "prompts": drawn["prompts"],
        "n": chosen.group_size,
        "temperature": chosen.temperature,
        "max_tokens": rules["max_tokens"],
        "stop_ids": rules["stop_ids"],
        "never": rules["never"],
        "seed": step,
    }
    turns = {
        f"{theirs.name}, {at_once * chosen.group_size} rows": theirs.child.ask(
            "draw", at_once=at_once, **work
        )
        for at_once in _ways(chosen, rules)
    }
    return Round(ours=drawn, learnt=learnt, theirs=turns)


def _ways(chosen: RlPlan, rules: Rules) -> list[int]:
    """Prompts in one batch of the peer: all, and as many as ours takes rows."""
    as_ours = max(1, rules["rows"] // chosen.group_size)
    return [chosen.n_prompts, as_ours] if as_ours < chosen.n_prompts else [chosen.n_prompts]


def reckoned(done: Sequence[Round]) -> Report:
    """The figures of some rounds.

    Returns:
        ``rounds``; ``rollouts`` (of each side the median ``seconds`` and ``tokens_per_s``, and its
        ``mean_length``); ``times_faster``, ours against each way of the peer in tokens a second,
        the median of the ratios within a round, and ``times_faster_than_quickest``, against each
        round's quicker way (None without a peer); ``same_length`` (see ``attempts``); ``step``
        (``rollout_s``, ``learn_s``, ``rollout_share`` of both, ``learn_tokens_per_s``); and
        ``sampler_gap``, the mean difference of the sampler's and the trainer's log-probabilities,
        in nats.
    """
    ours: list[Attempts] = [each.ours for each in done]
    theirs = {way: [each.theirs[way] for each in done] for way in done[0].theirs}
    rates = {way: [tokens_per_s(turn) for turn in turns] for way, turns in theirs.items()}
    own_rates = [tokens_per_s(turn) for turn in ours]
    quickest = [max(of_round) for of_round in zip(*rates.values(), strict=True)]
    return {
        "rounds": len(done),
        "rollouts": {OURS: _figures(ours)} | {way: _figures(its) for way, its in theirs.items()},
        "times_faster": {way: median_ratio(own_rates, rate) for way, rate in rates.items()},
        "times_faster_than_quickest": median_ratio(own_rates, quickest) if quickest else None,
        "same_length": {
            way: same_length(_lengths(ours), _lengths(turns)) for way, turns in theirs.items()
        },
        "step": _step(done),
        "sampler_gap": rounded(fmean(each.learnt["sampler_gap"] for each in done)),
    }


def _figures(turns: Sequence[Attempts]) -> Report:
    return {
        "seconds": rounded(median(turn["seconds"] for turn in turns)),
        "tokens_per_s": rounded(median(map(tokens_per_s, turns))),
        "mean_length": rounded(mean_length(turns)),
    }


def _lengths(turns: Sequence[Attempts]) -> list[list[int]]:
    return [lengths for turn in turns for lengths in turn["lengths"]]


def _step(done: Sequence[Round]) -> Report:
    rollout_s = [each.ours["seconds"] for each in done]
    learn_s = [each.learnt["seconds"] for each in done]
    whole_s = [drew + learned for drew, learned in zip(rollout_s, learn_s, strict=True)]
    return {
        "rollout_s": rounded(median(rollout_s)),
        "learn_s": rounded(median(learn_s)),
        "rollout_share": median_ratio(rollout_s, whole_s),
        "learn_tokens_per_s": rounded(
            median(each.learnt["n_positions"] / each.learnt["seconds"] for each in done)
        ),
    }
