"""Our reinforcement learning as a contender: a step's attempts and the update. A child process.

The weights are put back after each update, so that every round draws with the checkpoint's own, as
a peer must. Nothing of what a run would do is left out but its files and the text it replays.
"""

from __future__ import annotations

import copy
import time
from typing import Any

from engine.bench.attempts import Learnt, Ours, Rules
from engine.bench.child import serve
from engine.bench.loaded import about_ours
from engine.bench.turn import About
from engine.checkpoint import load_model
from engine.dialect import load_dialect
from engine.manifest import find_checkpoint, verify
from engine.native import prepare
from engine.rl.learning import Learner
from engine.rl.loop import WATCHED_GROUPS
from engine.rl.plan import RlPlan
from engine.rl.prepare import tasks_of
from engine.rl.rollout import Drawn
from engine.rl.rollouts import ROWS, Rollouts
from engine.train.descent import Descent
from engine.train.recipe import recipe
from tools.registry import Registry


class OursAtRl:
    """An assistant of this lab, as the stage ``rl`` takes it up.

    Args:
        checkpoint: a name or a folder; its parameters become fp32.
        plan: an ``RlPlan`` whose tasks offer no tools.

    Raises:
        LabError: the checkpoint is missing or damaged.
    """

    def __init__(self, checkpoint: str, plan: dict[str, Any]) -> None:
        began = time.perf_counter()
        self._plan = RlPlan.from_json(plan)
        info = find_checkpoint(checkpoint)
        verify(info.path)
        self._dialect = load_dialect(info)
        self._model = load_model(info.path).train()
        self._parent = copy.deepcopy(self._model).requires_grad_(False)
        # Waited for here: the engine would otherwise begin in plain torch.
        native = prepare().result() is not None
        own = recipe("rl", "nano", rl=self._plan)
        self._tasks = tasks_of(self._plan)
        self._rollouts = Rollouts(
            self._plan, self._tasks, own.seed, info, self._dialect, Registry()
        )
        self._learner = Learner(self._model, self._parent, Descent(self._model, own), self._plan)
        self._drawn: Drawn | None = None
        self._about = about_ours(self._model, native=native, began=began)

    def about(self) -> About:
        """What was loaded."""
        return self._about

    def rules(self) -> Rules:
        """What a peer needs to know to draw the same."""
        return Rules(
            max_tokens=self._tasks[0].max_tokens,
            stop_ids=sorted(self._dialect.stop_ids(chat=True)),
            never=sorted(self._dialect.answer_rules().never),
            rows=ROWS,
        )

    def draw(self, step: int) -> Ours:
        """The attempts of a step: problems, prompts, answers, rewards, advantages."""
        began = time.perf_counter()
        drawn = self._rollouts.draw(self._model, step)
        seconds = time.perf_counter() - began
        self._drawn = drawn
        groups = [rollout.group for rollout in drawn.rollouts]
        return Ours(
            seconds=seconds,
            lengths=[[attempt.n_drawn for attempt in group.attempts] for group in groups],
            prompts=[list(rollout.prompt) for rollout in drawn.rollouts],
        )

    def learn(self) -> Learnt:
        """The update that the attempts of the last ``draw`` lead to."""
        assert self._drawn is not None
        rollouts = self._drawn.rollouts
        began = time.perf_counter()
        stop_ids = self._dialect.stop_ids(chat=True)
        lessons = [each for rollout in rollouts for each in rollout.lessons(self._plan, stop_ids)]
        watched = range(min(WATCHED_GROUPS, len(rollouts)) * self._plan.group_size)
        learned = self._learner.learn(0, lessons, watched)
        seconds = time.perf_counter() - began
        self._model.load_state_dict(self._parent.state_dict())
        return Learnt(
            seconds=seconds,
            n_positions=learned.n_positions,
            sampler_gap=learned.figures["sampler_gap"],
        )


if __name__ == "__main__":
    serve(OursAtRl)
