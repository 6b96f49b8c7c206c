"""What the options of ``llmlab train rl`` ask for."""

from __future__ import annotations

import argparse
from typing import Any, get_args, get_type_hints

from engine.errors import LabError
from engine.rl.plan import ALGORITHMS, RlPlan, plan
from tui.typed import number, quoted, whole_number

RL_OPTIONS = {
    "--task": "tasks",
    "--algorithm": "algorithm",
    "--reward": "reward",
    "--cold-start": "cold_start",
    "--set": "settings",
}
"""Options of the stage ``rl`` alone, and what argparse calls them."""


_SET = {
    name: kind
    for name, kind in get_type_hints(RlPlan).items()
    if name not in ("algorithm", "tasks", "reward", "cold_start")  # which have options of their own
}
"""What ``--set`` may change in a plan, and of what kind it is."""
_MOST = 10**9
"""Of a number. What is larger is a slip of the hand, and some would fill all memory."""


def setting(text: str) -> tuple[str, Any]:
    """``KEY=VALUE`` as the name of a plan's number and its value.

    Raises:
        LabError: there is no such number, or it cannot be that.
    """
    name, _, value = text.partition("=")
    if name not in _SET:
        raise LabError(f"--set {text}: there is no {name!r} to set. There is: {', '.join(_SET)}.")
    kind = _SET[name]
    choices = get_args(kind) or (("true", "false") if kind is bool else ())
    if choices:
        if value not in choices:
            raise LabError(f"--set {text}: {name} is one of {', '.join(choices)}.")
        return name, value == "true" if kind is bool else value
    found = whole_number(value) if kind is int else number(value)
    if found is None:
        what = "a whole number" if kind is int else "a number"
        raise LabError(f"--set {name}={quoted(value)}: {name} is {what}, such as {name}=1.")
    if found >= _MOST:
        raise LabError(f"--set {name}={quoted(value)}: {name} must be a number below {_MOST:,}.")
    return name, found


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
    changes |= dict(map(setting, arguments.settings or ()))
    return preset, plan(algorithm, tasks, size=preset, **changes)
