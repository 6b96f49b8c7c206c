"""What the options of ``llmlab train rl`` ask for."""

from __future__ import annotations

import argparse

from engine.errors import LabError
from engine.rl.plan import ALGORITHMS, RlPlan, plan

RL_OPTIONS = {
    "--task": "tasks",
    "--algorithm": "algorithm",
    "--reward": "reward",
    "--cold-start": "cold_start",
}
"""Options of the stage ``rl`` alone, and what argparse calls them."""


def preset_and_plan(arguments: argparse.Namespace) -> tuple[str, RlPlan | None]:
    """The recipe's preset, and the plan of an rl run (None for other stages).

    An algorithm in the place of the preset is an algorithm at the usual size.

    Raises:
        LabError: an option of rl for another stage, or two algorithms.
        RunError: no task, or no such reward.
    """
    preset = arguments.preset or "nano"
    if arguments.stage != "rl":
        for option, name in RL_OPTIONS.items():
            if getattr(arguments, name) is not None:
                raise LabError(
                    f"{option} is of the stage rl, and this would train {arguments.stage}. Leave "
                    "it out, or train rl."
                )
        return preset, None
    algorithm = arguments.algorithm or ALGORITHMS[0]
    if preset in ALGORITHMS:
        if arguments.algorithm not in (None, preset):
            raise LabError(
                f"--preset {preset} and --algorithm {arguments.algorithm} are two algorithms. "
                "Leave one of them out."
            )
        preset, algorithm = "nano", preset
    tasks = tuple(dict.fromkeys(arguments.tasks or ()))
    asked = {name: getattr(arguments, name) for name in ("reward", "cold_start")}
    changes = {name: value for name, value in asked.items() if value is not None}
    return preset, plan(algorithm, tasks, size=preset, **changes)
