"""``llmlab rollouts``: what was attempted in a step of a run of the stage rl."""

from __future__ import annotations

import argparse
from itertools import pairwise

from engine import runs
from engine.errors import LabError
from engine.rl.reader import RlReader
from engine.rl.record import Attempt, Group
from tui.cli.output import emit_json, narrate, printable


def run(arguments: argparse.Namespace) -> int:
    """Print the groups of a step; as JSON one line an attempt.

    Raises:
        LabError: no such run, no such step, or a file that cannot be read.
    """
    status = runs.read_status(arguments.run_name)
    if status.stage != "rl":
        raise LabError(
            f"The run {status.name!r} is of the stage {status.stage}, which attempts nothing. "
            "Choose a run of the stage rl."
        )
    reader = RlReader(status.path)
    steps = reader.steps()
    if not steps:
        cold = reader.plan.cold_start
        after = (
            f": its attempts begin behind step {cold}, where its cold start ends" if cold else ""
        )
        raise LabError(
            f"The run {status.name!r} has no rollouts yet{after}. Wait for them, or resume it."
        )
    step = steps[-1] if arguments.step is None else arguments.step
    if not steps[0] <= step <= steps[-1]:  # Of one between them the reader says why it is gone.
        raise LabError(
            f"The run {status.name!r} has no rollouts of step {step}. There are those of the steps "
            f"{_ranges(steps)}."
        )
    for number, group in enumerate(reader.groups(step)):
        if arguments.json:
            for attempt in group.attempts:
                emit_json(_line(number, group, attempt))
        else:
            _show(group)
    narrate(f"step {step} of {status.name}; there are the steps {_ranges(steps)}")
    return 0


def _line(number: int, group: Group, attempt: Attempt) -> dict[str, object]:
    """An attempt on a line of its own, with the problem it is at."""
    about = {"step": group.step, "group": number, "task": group.task}
    asked = {"question": group.question, "answer": group.answer}
    return {**about, **asked, "reward": attempt.reward, **attempt.to_json()}


def _show(group: Group) -> None:
    right = sum(attempt.correct for attempt in group.attempts)
    print(printable(f"{group.task}: {group.question} [{group.answer}]".replace("\n", " ")))
    print(f"  {right} of {len(group.attempts)} right", end="")
    print("; all were worth the same: nothing to learn" if group.all_equal else "")
    for attempt in group.attempts:
        mark = "+" if attempt.correct else "-"
        text = printable("".join(attempt.pieces).replace("\n", " "))
        print(
            f"  {mark} reward {attempt.reward:+.2f}  advantage {attempt.advantage:+.2f}  "
            f"{attempt.n_drawn:>3} tokens  {text}"
        )
    print()


def _ranges(steps: list[int]) -> str:
    """``1, 10 to 940 by 10, 951 to 1000``."""
    words, rest = [], steps
    while rest:
        n, gap = _evenly(rest)
        by = "" if gap == 1 else f" by {gap}"
        words.append(f"{rest[0]} to {rest[n - 1]}{by}" if n > 1 else f"{rest[0]}")
        rest = rest[n:]
    return ", ".join(words)


def _evenly(steps: list[int]) -> tuple[int, int]:
    """How many of the first ones lie evenly, and how far apart; two alone must be neighbours."""
    gaps = [after - before for before, after in pairwise(steps)]
    gap = gaps[0] if gaps else 1
    n = 1 + next((i for i, other in enumerate(gaps) if other != gap), len(gaps))
    return (n, gap) if gap == 1 or n > 2 else (1, 1)
