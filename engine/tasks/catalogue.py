"""All tasks by name, and what fine-tuning shows of them."""

from __future__ import annotations

import random
from collections.abc import Sequence

from engine.errors import RunError
from engine.tasks.addition import Addition
from engine.tasks.backwards import SpellBackwards
from engine.tasks.comparing import Comparing
from engine.tasks.gym import GYM, gym_task
from engine.tasks.letters import LetterCounting
from engine.tasks.parity import Parity
from engine.tasks.sorting import Sorting
from engine.tasks.task import Problem, Split, Task, problems
from engine.tasks.tool_sums import ToolSums
from engine.tasks.word_problems import WordProblems

TASKS: dict[str, Task] = {
    task.name: task
    for task in (
        WordProblems(),
        Addition(),
        Parity(),
        LetterCounting(),
        SpellBackwards(),
        Sorting(),
        Comparing(),
        ToolSums(),
    )
}
_WEIGHTS = {
    "parity": 4,
    "comparing": 1,
    "sorting": 2,
    "spell_backwards": 2,
    "letter_counting": 2,
    "addition": 3,
    "word_problems": 3,
}
"""How often fine-tuning shows a task; that of parity is high as its answers are short and hardly
any are worked."""
_DIRECT = {"parity": 0.92}
"""Share of demonstrations that answer at once. Of p such answers with d tokens and 1 - p worked
ones with w, the mean length can grow by w / (p d + (1 - p) w) when RL turns all into worked ones:
with w = 50 and d = 5.5 that is 5.5 at p = 0.92, and 3.0 at 0.75."""
_DIRECT_ELSE = 0.5
_PRACTICE = {"word_problems": 5}
"""How often a task is practised beside others: sums of two digits are said at once in the word
problems and have to be met one by one, where an addition goes from digit to digit."""
_ASKED_FOR_STEPS = 0.5
STEP_BY_STEP = "Go step by step."


def task_named(name: str) -> Task:
    """The task called ``name``; ``gym:NAME`` is one of reasoning-gym.

    Raises:
        RunError: there is none.
    """
    if name.startswith(GYM):
        return gym_task(name.removeprefix(GYM))
    if name not in TASKS:
        raise RunError(
            f"There is no task {name!r}. Choose one of: {', '.join(TASKS)}; or {GYM}NAME, a task "
            "of reasoning-gym."
        )
    return TASKS[name]


def demonstration(rng: random.Random, *, split: Split = "train") -> tuple[str, str]:
    """A question and an answer to learn, of the tasks without tools.

    Args:
        rng: draws it.
        split: of the problem; training shows "train" alone.
    """
    ((name, _),) = rng.choices(list(_WEIGHTS.items()), list(_WEIGHTS.values()))
    problem = next(problems(TASKS[name], split, rng))
    return problem.question, _shown(problem, rng)


def practice(rng: random.Random, names: Sequence[str]) -> tuple[str, str]:
    """A training problem of one of the tasks ``names``, and an answer to learn.

    Where a task may be answered at once, half of the questions ask for steps and are answered in
    steps. So thinking is practised without becoming a habit: whether it pays is for rewards to
    find out.
    """
    weights = [_PRACTICE.get(name, 1) for name in names]
    (name,) = rng.choices(names, weights)
    problem = next(problems(task_named(name), "train", rng))
    if problem.direct is not None and rng.random() < _ASKED_FOR_STEPS:
        return f"{problem.question} {STEP_BY_STEP}", problem.worked
    return problem.question, _shown(problem, rng)


def _shown(problem: Problem, rng: random.Random) -> str:
    is_direct = rng.random() < _DIRECT.get(problem.task, _DIRECT_ELSE)
    return problem.direct if is_direct and problem.direct is not None else problem.worked
