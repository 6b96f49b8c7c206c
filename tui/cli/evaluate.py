"""``llmlab eval``: the figures of a model card."""

from __future__ import annotations

import argparse
import time
from typing import Any

from tui.cli.output import emit_json, narrate


def run(arguments: argparse.Namespace) -> int:
    """Run the tasks and print their figures; one JSON document with ``--json``.

    Raises:
        LabError: unknown checkpoint or task.
    """
    from engine.evals.tasks import DEFAULT_TASKS, run_task
    from engine.local import LocalModel

    local = LocalModel.load(arguments.checkpoint)
    figures: dict[str, Any] = {}
    for task in [arguments.task] if arguments.task else DEFAULT_TASKS:
        began = time.monotonic()
        figures[task] = run_task(task, local, n_problems=arguments.n, n_samples=arguments.samples)
        narrate(f"{task}: {time.monotonic() - began:.0f} s")
    if arguments.json:
        emit_json({"checkpoint": local.info.name, "sha256": local.info.sha256, "tasks": figures})
    else:
        for task, values in figures.items():
            print(task)
            _print(values, "  ")
    return 0


def _print(values: dict[str, Any], indent: str) -> None:
    for name, value in values.items():
        if isinstance(value, dict):
            inner = "  ".join(f"{k} {_figure(v)}" for k, v in value.items())
            print(f"{indent}{name:<20}{inner}")
        else:
            print(f"{indent}{name:<20}{_figure(value)}")


def _figure(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
