"""The runs of a comparison: found, gone on with or begun, and followed to their ends. No torch.

They are ordinary runs, in processes of their own: the panes show them, and one that was left behind
goes on when it is asked for again. A run is known by its recipe, so another number of steps, say,
is another run, and what is trained already is never trained twice.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from engine import paths, runs
from engine.background import free_name
from engine.files import make_folder, write_json
from engine.manifest import CheckpointInfo
from engine.rl.comparison.spent import Spent
from engine.rl.comparison.wanted import budget
from engine.runs import EventTail, RunStatus
from engine.telling import Tell
from engine.train.following import follow, remembered
from engine.train.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Trained:
    """A run that is done."""

    run: str
    steps: int
    attempts: int
    """Drawn in all, those of replaced groups included."""


@dataclass(frozen=True, slots=True)
class Training:
    """Sees to the runs from one parent.

    Args:
        folder: of the parent's weights: remembers the names of runs.
        parent: what they begin from.
        tell: takes a line of progress now and then.
    """

    folder: Path
    parent: CheckpointInfo
    tell: Tell

    def trained(self, recipe: Recipe) -> Trained:
        """What ``recipe`` makes of the parent, trained if it is not there.

        Raises:
            RunError: another run is training, or this one failed.
            LabError: the disk is full.
            KeyboardInterrupt: the run has been stopped; asked for again, it goes on.
        """
        status = self._going(recipe)
        follow(status, self.tell)
        return Trained(status.name, recipe.steps, _spent(status).attempts)

    def within_budget(self, recipe: Recipe) -> Recipe:
        """``recipe`` with as many steps as its budget of attempts pays for.

        How many groups will be replaced nobody knows before, and the learning rate falls towards
        a last step that has to be known. So where groups are replaced, the recipe is tried out
        until the budget is spent, and the steps till then are what it gets. With these it may
        replace a few groups more or less: what it drew then is what counts.

        Raises:
            As ``trained``.
        """
        assert recipe.rl is not None
        if not recipe.rl.resample:
            return recipe
        most, spent = budget(recipe), Spent()

        def over(event: dict[str, Any]) -> bool:
            spent.hear(event)
            return spent.attempts > most

        status = remembered(self._known(recipe), recipe)
        if status is None or status.state in runs.ALIVE or _spent(status).attempts <= most:
            status = self._going(recipe)
            follow(status, self.tell, enough=over)
        steps = recipe.rl.cold_start + _spent(status).steps_within(most)
        if steps < recipe.steps:
            self.tell(
                f"{recipe.rl.algorithm} replaces groups: {most} attempts are {steps} steps of it, "
                f"not {recipe.steps}"
            )
        return replace(recipe, steps=steps)

    def _going(self, recipe: Recipe) -> RunStatus:
        """The run of ``recipe``, its process started unless it is done."""
        known = self._known(recipe)
        status = remembered(known, recipe)
        if status is None:
            make_folder(self.folder)
            status = runs.create_run(recipe, from_checkpoint=self.parent.name, name=_name(recipe))
            write_json(known, {"run": status.name})
            status = runs.spawn(status)
        elif status.state != "done" and status.state not in runs.ALIVE:
            status = runs.resume_run(status.name)
        self.tell(f"run {status.name}: {status.path}")
        return status

    def _known(self, recipe: Recipe) -> Path:
        text = json.dumps(recipe.to_json(), sort_keys=True)
        return self.folder / f"run-{hashlib.sha256(text.encode()).hexdigest()[:12]}.json"


def _name(recipe: Recipe) -> str:
    """``rl-dapo-seed2-0001``."""
    assert recipe.rl is not None
    return free_name(paths.runs_folder(), f"rl-{recipe.rl.algorithm}-seed{recipe.seed}")


def _spent(status: RunStatus) -> Spent:
    spent = Spent()
    for event in EventTail(status.path).read():
        spent.hear(event)
    return spent
