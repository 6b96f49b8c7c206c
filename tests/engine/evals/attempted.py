"""What a run of the stage ``rl`` measured, made up for the tests of its card and its curves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine.rl.plan import plan
from engine.train.recipe import Recipe, recipe

TASKS = ("parity", "word_problems")


def own_recipe(*, steps: int = 20, cold_start: int = 0, **changes: Any) -> Recipe:
    """One that ``llmlab train rl`` would make, its plan with ``changes``."""
    asked = plan("dapo", TASKS, cold_start=cold_start)
    made = recipe("rl", "nano", steps=steps, rl=asked)
    return replace(made, rl=replace(asked, **changes))


def heldout(step: int, share: float, length: float | None, *tasks: str) -> dict[str, Any]:
    """An ``rl_eval`` event with the same figures of all tasks."""
    values = {"pass_at_1": share, "pass_at_k": share, "k": 4, "length": length, "n": 64}
    return {"type": "rl_eval", "step": step, "tasks": dict.fromkeys(tasks or TASKS, values)}


def events(*, steps: int = 20, cold_start: int = 0, n_attempts: int = 300) -> list[dict[str, Any]]:
    """Of a run that took 6 seconds a step and was measured every ten."""
    found = [heldout(0, 0.25, 8.0)]
    for step in range(1, cold_start + steps + 1):
        if step > cold_start:
            found.append({"type": "rl", "step": step, "n_attempts": n_attempts})
        found.append({"type": "step", "step": step, "elapsed_s": 6.0 * step})
        if step >= cold_start and (step - cold_start) % 10 == 0:
            found.append(heldout(step, 0.5 + step / 10_000, 20.0 + step))
    return found


def verified(share: float, length: float, *, k: int = 8, n: int = 100) -> dict[str, Any]:
    """What ``engine.evals.verified`` gives of a task."""
    return {
        "n": n, "pass_at_1": share, "pass_at_k": share + 0.05, "k": k, "greedy": share - 0.05,
        "mean_length": length,
    }  # fmt: skip


def manifest(own: Recipe) -> dict[str, Any]:
    """As far as cards read it."""
    return {
        "stage": "rl", "preset": own.preset, "step": own.steps, "tokens": 123_456,
        "n_params": 2_361_728, "max_seq_len": 512, "recipe": own.to_json(),
        "parent": {"name": "nano/sft", "sha256": "ab" * 32},
    }  # fmt: skip
