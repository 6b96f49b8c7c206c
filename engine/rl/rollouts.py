"""Draws groups of attempts with the serving engine: one reading of a prompt for all of a group.

A step's attempts are a function of the weights, the seed and the step: each problem has a seed of
its own, each attempt the next one of it, and compiled code gives a token the same logits whatever
else is in the batch. Tools are called as anywhere else; a tool that takes part in real time (a
search with a deadline) is the one thing that may answer another time otherwise.

The generator is made anew each step, as the one of the step before has laid out old weights and
read prompts with them: at nano scale that takes 4 to 8 ms.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from itertools import islice
from statistics import fmean

from engine.calls import CallRules
from engine.conversation import Turn
from engine.dialect import Dialect
from engine.generate import Generator
from engine.local import LocalModel
from engine.manifest import CheckpointInfo
from engine.model import Transformer
from engine.rl.advantages import advantages, kept, overlong_punishment
from engine.rl.plan import RlPlan
from engine.rl.record import Attempt, Group
from engine.rl.rollout import Drawn, Rollout, said_of
from engine.sampling_params import SamplingParams
from engine.tasks.final import shown_working
from engine.tasks.task import Problem, Rewards, Said, Task, problems
from engine.tool_loop import Answered, ToolLoop
from tools.registry import Registry

ROWS = 128
"""Attempts drawn together."""
RESAMPLES = 2
"""Times that problems without anything to learn are replaced in one step, at most."""
HELDOUT_SAMPLES = 4
"""Attempts at each held-out problem."""


class Rollouts:
    """Draws attempts of a model that changes.

    Args:
        plan: how many, of what and what they are worth.
        tasks: of the plan.
        seed: of all that is drawn.
        parent: the checkpoint that the model began as.
        dialect: of it.
        registry: the tools.
    """

    def __init__(
        self,
        plan: RlPlan,
        tasks: Sequence[Task],
        seed: int,
        parent: CheckpointInfo,
        dialect: Dialect,
        registry: Registry,
    ) -> None:
        self._plan, self._tasks, self._seed = plan, tasks, seed
        self._parent, self._dialect, self._registry = parent, dialect, registry

    def draw(self, model: Transformer, step: int) -> Drawn:
        """The groups of a step.

        Args:
            model: as it is now.
            step: which is being done, from 1.

        Raises:
            RequestError: a problem does not fit the context.
        """
        plan, rng = self._plan, random.Random(f"{self._seed}:rollouts:{step}")
        # In turn, over the steps too: there may be more tasks than problems in a step.
        begin = step * plan.n_prompts
        asked = [self._tasks[(begin + i) % len(self._tasks)] for i in range(plan.n_prompts)]
        local = self._serving(model)
        first = rollouts = self._groups(local, [_train(task, rng) for task in asked], step, rng)
        drawn = list(first)
        for _ in range(RESAMPLES if plan.resample else 0):
            idle = [i for i, rollout in enumerate(rollouts) if rollout.group.all_equal]
            if not idle:
                break
            fresh = self._groups(local, [_train(asked[i], rng) for i in idle], step, rng)
            drawn += fresh
            rollouts = list(rollouts)
            for i, rollout in zip(idle, fresh, strict=True):
                rollouts[i] = rollout
        attempts = [attempt for rollout in drawn for attempt in rollout.group.attempts]
        return Drawn(
            rollouts=rollouts,
            first=first,
            n_attempts=len(attempts),
            n_tokens=sum(attempt.n_drawn for attempt in attempts),
        )

    def heldout(self, model: Transformer, step: int) -> dict[str, list[Group]]:
        """``HELDOUT_SAMPLES`` attempts at the same held-out problems each time, by task."""
        local, found = self._serving(model), {}
        for task in self._tasks:
            rng = random.Random(f"{self._seed}:heldout:{task.name}")
            asked = [
                (task, problem)
                for problem in islice(problems(task, "heldout", rng), self._plan.n_heldout)
            ]
            groups = self._groups(local, asked, step, rng, n=HELDOUT_SAMPLES)
            found[task.name] = [rollout.group for rollout in groups]
        return found

    def _serving(self, model: Transformer) -> LocalModel:
        tokenizer = self._dialect.tokenizer
        on_cpu = model.cos_SE.device.type == "cpu"  # a GPU's passes would be recorded each time
        generator = Generator(model, tokenizer, max_rows=ROWS, native=on_cpu)
        return LocalModel(self._parent, model, self._dialect, generator)

    def _groups(
        self,
        local: LocalModel,
        asked: Sequence[tuple[Task, Problem]],
        step: int,
        rng: random.Random,
        *,
        n: int | None = None,
    ) -> list[Rollout]:
        """A group for each problem, in order; those of one task are drawn together."""
        seeds = [rng.getrandbits(32) for _ in asked]
        found: dict[int, Rollout] = {}
        for task in self._tasks:
            mine = [i for i, (other, _) in enumerate(asked) if other is task]
            if not mine:
                continue
            loop = ToolLoop(local, self._registry, tools=task.tools)
            samples = loop.samples(
                [[Turn.of("user", asked[i][1].question)] for i in mine],
                SamplingParams(temperature=self._plan.temperature, max_tokens=task.max_tokens),
                n=n or self._plan.group_size,
                seeds=[seeds[i] for i in mine],
            )
            for i, answers in zip(mine, samples, strict=True):
                found[i] = self._rollout(task, asked[i][1], answers, loop.rules, step)
        return [found[i] for i in range(len(asked))]

    def _rollout(
        self,
        task: Task,
        problem: Problem,
        answers: Sequence[Answered],
        rules: CallRules,
        step: int,
    ) -> Rollout:
        plan = self._plan
        said = [said_of(answer) for answer in answers]
        parts = [task.rewards(problem, each) for each in said]
        correct = [part["correct"] >= 1 for part in parts]
        lengths = [len(answer.completion.ids) for answer in answers]
        each = zip(said, parts, lengths, strict=True)
        counted = [self._counted(task, *of_one) for of_one in each]
        if plan.keep == "all":
            worth = [sum(part.values()) for part in counted]
            gains = advantages(worth, divide_by_std=plan.divide_by_std)
        else:
            gains = kept(plan.keep, correct, lengths)
        attempts = (
            self._attempt(*of_one) for of_one in zip(answers, counted, correct, gains, strict=True)
        )
        bits = [bit for answer in answers for bit in answer.completion.entropies]
        return Rollout(
            group=Group(
                step=step,
                task=task.name,
                question=problem.question,
                answer=problem.answer,
                attempts=tuple(attempts),
            ),
            prompt=answers[0].completion.prompt_ids,
            rules=rules,
            limit=task.max_tokens,
            entropy=fmean(bits) * math.log(2),
        )

    def _counted(self, task: Task, said: Said, parts: Rewards, length: int) -> Rewards:
        """The parts of the reward that count in this run."""
        plan = self._plan
        if plan.reward == "format":
            parts = {name: part for name, part in parts.items() if name != "correct"}
            parts["working"] = shown_working(said)
        if plan.overlong_buffer:
            punished = overlong_punishment(length, task.max_tokens, plan.overlong_buffer)
            parts = {**parts, "overlong": punished}
        return parts

    def _attempt(
        self, answer: Answered, parts: Rewards, correct: bool, advantage: float
    ) -> Attempt:
        sampled = iter(answer.completion.logprobs)
        return Attempt(
            ids=answer.ids,
            pieces=tuple(map(self._dialect.tokenizer.display, answer.ids)),
            drawn=answer.drawn,
            logprobs=tuple(next(sampled) if drawn else 0.0 for drawn in answer.drawn),
            logprobs_after=None,
            rewards=parts,
            correct=correct,
            advantage=advantage,
            ended=answer.completion.finish_reason == "stop",
        )


def _train(task: Task, rng: random.Random) -> tuple[Task, Problem]:
    return task, next(problems(task, "train", rng))
