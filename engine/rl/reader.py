"""Reads the folders of runs of the stage ``rl``, also while they are being written. No torch.

A run writes ``rollouts/step-NNNNNNN.json`` whole or not at all and thins out older steps, but a
disk can be full, a person can edit, and a resumed run replaces what it does again: whatever stands
there, the answer is the groups of a step or a sentence.
"""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import Any

from engine import paths
from engine.errors import LabError, RunError
from engine.files import read_json
from engine.rl.plan import RlPlan
from engine.rl.record import Group, decode_step
from engine.rl.thinning import RULE
from engine.runs import EventTail, RunStatus

ROLLOUTS = "rollouts"
_STEP = re.compile(r"step-(\d{7,})\.json")


def rollouts_path(run_path: Path, step: int) -> Path:
    """Where the groups of a step lie."""
    return run_path / ROLLOUTS / f"step-{step:07d}.json"


def rollout_files(run_path: Path) -> dict[int, Path]:
    """The steps whose groups lie on disk, in order, each with its file."""
    found = {}
    for path in (run_path / ROLLOUTS).glob("step-*.json"):
        match = _STEP.fullmatch(path.name)
        if match:
            found[int(match[1])] = path
    return dict(sorted(found.items()))


def shipped_rl_runs() -> list[RunStatus]:
    """Finished runs that lie beside the shipped checkpoints (``nano/runs``), newest first."""
    found = []
    for path in paths.shipped_folder().glob("*/runs/*/status.json"):
        with contextlib.suppress(LabError, TypeError):
            run = RunStatus(**{**read_json(path), "path": path.parent})
            found += [run] if run.state == "done" else []
    return sorted(found, key=lambda run: run.started, reverse=True)


def checkpoint_of(run: RunStatus) -> str:
    """The name of the checkpoint that a run has published, or will."""
    return f"{run.preset}/{run.stage}" if is_shipped(run) else run.name


def is_shipped(run: RunStatus) -> bool:
    """Whether a run comes with the lab, so that there is nothing to stop or to resume."""
    return paths.shipped_folder() in run.path.parents


class RlReader:
    """One run's folder; every method reads files and blocks."""

    def __init__(self, run_path: Path) -> None:
        self._path = run_path
        self._tail = EventTail(run_path)

    @property
    def plan(self) -> RlPlan:
        """How the run learns.

        Raises:
            LabError: the recipe is missing, garbled or not of this stage.
        """
        path = self._path / "recipe.json"
        recipe = read_json(path)
        try:
            return RlPlan.from_json(recipe["rl"])
        except (KeyError, TypeError) as error:
            raise RunError(
                f"{path} says nothing that this version understands of how the run learns "
                f"({error}). Look at another run, or start a new one."
            ) from error

    def steps(self) -> list[int]:
        """The steps whose rollouts lie on disk, in order."""
        return list(rollout_files(self._path))

    def groups(self, step: int) -> list[Group]:
        """What was attempted in a step.

        Raises:
            LabError: it is not kept any more, or the file is missing, cut short or garbled; the
                sentence says which steps there are, or names the file.
        """
        path = rollouts_path(self._path, step)
        if not path.exists():
            self._check_kept(step)
        data = read_json(path)
        try:
            return decode_step(data)
        except ValueError as error:
            raise RunError(
                f"{path} is garbled ({error}). Look at another step; a resumed run writes it anew."
            ) from error

    def _check_kept(self, step: int) -> None:
        """Raise RunError where a step is gone because later ones have come."""
        steps = self.steps()
        before = [other for other in steps if other < step]
        after = [other for other in steps if other > step]
        if before and after:
            raise RunError(
                f"What was attempted in step {step} is not on disk any more: {RULE}. Look at step "
                f"{before[-1]} or {after[0]}."
            )

    def new_events(self) -> list[dict[str, Any]]:
        """The ``rl`` and ``rl_eval`` events since the last call.

        A resumed run takes back what it does again; all it keeps is then given once more.
        """
        return [event for event in self._tail.read() if event.get("type") in ("rl", "rl_eval")]
