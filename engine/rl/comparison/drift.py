"""How far a model has moved from its parent, in answers to problems that neither has learned."""

from __future__ import annotations

import random
from collections.abc import Sequence

import torch

from engine.conversation import Turn
from engine.local import LocalModel
from engine.rl.batch import Lesson, banned_in, micro_batches
from engine.rl.loss import divergence
from engine.rl.policy import see
from engine.sampling_params import SamplingParams
from engine.tasks.task import Problem, Task
from engine.tool_loop import ToolLoop
from tools.calculator import calc_tool
from tools.registry import Registry


@torch.no_grad()
def drift(
    local: LocalModel, parent: LocalModel, task: Task, problems: Sequence[Problem], *, seed: str
) -> float:
    """KL(model, parent) in nats a token, estimated (k3) on an answer of the model to each problem.

    Args:
        local: the model; nobody else may use its generator meanwhile.
        parent: what it began as.
        task: whose problems.
        problems: at least one.
        seed: of the answers, which are drawn at temperature 1.

    Raises:
        RequestError: a problem does not fit the context, or the model lacks a tool of the task.
    """
    loop = ToolLoop(local, Registry((calc_tool(),)), tools=task.tools)
    answers = loop.samples(
        [[Turn.of("user", problem.question)] for problem in problems],
        SamplingParams(temperature=1.0, max_tokens=task.max_tokens),
        n=1,
        seeds=[random.Random(f"{seed}:{p.question}").getrandbits(48) for p in problems],
    )
    stop_ids = local.stop_ids(chat=True)
    lessons = [
        Lesson(
            prompt=answer.completion.prompt_ids,
            turn=answer.ids,
            drawn=answer.drawn,
            banned=banned_in(answer.ids, loop.rules, stop_ids),
            logprobs=(0.0,) * len(answer.ids),  # the sampler's own are not asked for
            advantage=0.0,
            counted=True,
            limit=task.max_tokens,
        )
        for (answer,) in answers
    ]
    device = local.model.cos_SE.device
    found = [
        divergence(
            see(local.model, batch, temperature=1.0).policy_N,
            see(parent.model, batch, temperature=1.0).policy_N,
        )
        for batch in micro_batches(
            lessons, dict.fromkeys(range(len(lessons)), 0.0), parent.model.config.vocab_size, device
        )
    ]
    return float(torch.cat(found).double().mean())
