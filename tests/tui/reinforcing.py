"""What the tests of the RL pane look at: folders of runs as the stage ``rl`` writes them."""

from __future__ import annotations

import json
import random
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from engine.files import write_atomic, write_json
from engine.rl.plan import plan
from engine.rl.reader import rollouts_path
from engine.rl.record import Attempt, Group, encode_step
from engine.runs import RunStatus
from tests.tui.conftest import Lab, until
from tui.app import LabApp
from tui.bench.scripted import checkpoint
from tui.panes.rl import RlPane

WORDS = (" 1", " odd", ",", " 0", " odd", ",", " 1", " even", ".", " So it", " is", " even", ".")


def attempt(number: int = 0, *, correct: bool = True, **values: Any) -> Attempt:
    """One whose tokens became likelier if it was right."""
    rng = random.Random(number)
    n = len(WORDS)
    before = [-rng.random() for _ in range(n)]
    moved = [0.0, 0.005, 0.05, 0.2]
    after = [old + rng.choice(moved) * (1 if correct else -1) for old in before]
    made = Attempt(
        ids=tuple(range(300, 300 + n)),
        pieces=WORDS,
        drawn=(True,) * n,
        logprobs=tuple(before),
        logprobs_after=tuple(after),
        rewards={"correct": float(correct), "format": 0.1},
        correct=correct,
        advantage=0.87 if correct else -1.15,
        ended=True,
    )
    return replace(made, **values)


def group(number: int = 0, *, step: int = 3, right: int = 9, of: int = 16, **values: Any) -> Group:
    """A problem of parity with so many right attempts."""
    attempts = tuple(attempt(n, correct=n < right) for n in range(of))
    made = Group(
        step=step, task="parity", question=f"Is the number of ones in 1 0 1 {number} even or odd?",
        answer="even", attempts=attempts,
    )  # fmt: skip
    return replace(made, **values)


def figures(step: int, **values: Any) -> dict[str, Any]:
    """An ``rl`` event."""
    share = min(1.0, 0.4 + step / 50)
    event = {
        "type": "rl", "step": step, "reward": share + 0.1, "pass_at_1": share,
        "reward_parts": {"correct": share, "format": 0.1}, "length": 10 + step,
        "length_correct": 12 + step, "length_wrong": 9.0, "entropy": 0.8 - step / 100, "kl": 0.01,
        "clip_fraction": 0.02, "zero_variance": 0.25, "ended": 0.98, "sampler_gap": 0.0004,
        "rollout_s": 3.1, "train_s": 4.2, "rollout_tokens_per_s": 1200.0,
        "train_tokens_per_s": 3400.0, "loss": 0.01, "grad_norm": 0.7, "lr": 0.001, "tokens": 4000,
        "elapsed_s": step * 7.0,
    }  # fmt: skip
    return {**event, **values}


def held_out(step: int, share: float, n: int = 64, task: str = "parity") -> dict[str, Any]:
    """An ``rl_eval`` event."""
    score = {"pass_at_1": share, "pass_at_k": min(1.0, share + 0.1), "k": 8, "length": 20, "n": n}
    return {"type": "rl_eval", "step": step, "tasks": {task: score}}


def events(steps: int) -> list[dict[str, Any]]:
    """A run that learns, evaluated every ten steps."""
    found = [held_out(0, 0.42)]
    for step in range(1, steps + 1):
        found.append(figures(step))
        if step % 10 == 0 or step == steps:
            found.append(held_out(step, min(1.0, 0.42 + step / 60)))
    return found


def write_events(run: Path, found: Iterable[dict[str, Any]]) -> None:
    """Append them to the run's file."""
    with (run / "events.jsonl").open("a") as file:
        file.writelines(json.dumps(event) + "\n" for event in found)


def write_step(run: Path, step: int, groups: Iterable[Group]) -> None:
    """What was attempted in a step."""
    data = encode_step(step, [replace(each, step=step) for each in groups])
    write_atomic(rollouts_path(run, step), data)


def put(lab: Lab, state: str = "running", *, steps: int = 3, **values: Any) -> RunStatus:
    """A run with so many steps of four problems; the first problem of each was all the same."""
    made: dict[str, Any] = {"reward": "true", "name": "rl-0001", **values}
    run = lab.root / made["name"]
    chosen = plan("dr_grpo", ("parity", "sorting"), reward=made["reward"])
    write_json(run / "recipe.json", {"stage": "rl", "rl": chosen.to_json()})
    write_events(run, events(steps))
    for step in range(1, steps + 1):
        problems = [group(number, step=step, right=9 + number) for number in range(3)]
        write_step(run, step, [*problems, group(3, right=0)])
    lab.checkpoints = lambda: [checkpoint("nano/base", "base"), checkpoint("nano/sft", "sft")]
    return lab.runs.add(
        made["name"], state, parent="nano/sft", step=steps, total_steps=40, path=run
    )


@asynccontextmanager
async def opened(
    lab: Lab, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[tuple[LabApp, Pilot[None], RlPane]]:
    """The app with its RL pane shown, a run looked at if there is one."""
    async with lab.open(size) as (app, pilot):
        await pilot.press("escape", "7")
        await until(pilot, lambda: app.rl_pane is not None and app.rl_pane.is_mounted, "the pane")
        pane = app.rl_pane
        assert pane is not None
        if any(run.stage == "rl" for run in lab.runs.statuses):
            await until(pilot, lambda: pane.watch_rl.shown, "its run")
        yield app, pilot, pane
