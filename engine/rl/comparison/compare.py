"""From run to run: all presets from each seed, what is done already from its folder.

The folder is named by the parent's weights. So the same command goes on where it was broken off.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from engine import paths
from engine.evals.tasks import recipe_of
from engine.manifest import CheckpointInfo, find_checkpoint
from engine.rl.check import check_parent
from engine.rl.comparison.measured import Measuring
from engine.rl.comparison.rows import PARENT, Measured
from engine.rl.comparison.trained import Training
from engine.rl.comparison.wanted import Comparison
from engine.telling import Tell
from engine.train.following import training_seconds


def compare(wanted: Comparison, tell: Tell) -> Iterator[Measured]:
    """Yield the parent, then run after run, all presets of a seed before the next seed.

    Args:
        wanted: what to compare.
        tell: takes a line of progress now and then.

    Raises:
        CheckpointError: the parent is missing, damaged or not of this lab.
        RunError: it cannot learn the task, a number is too small, another run is training, or one
            of these failed.
        LabError: the disk is full.
        KeyboardInterrupt: the run at hand has been stopped; asked for again, it goes on.
    """
    parent = find_checkpoint(wanted.parent)
    for preset in wanted.presets:
        check_parent(wanted.plan(preset, parent.preset), parent)
    recipes = list(wanted.recipes(parent.preset, recipe_of(parent).world))
    folder = paths.home() / "presets" / parent.sha256[:12]
    measuring = Measuring(wanted, folder, parent)
    yield _measured(measuring, parent, PARENT, seed=None, steps=0, rollouts=0)
    training = Training(folder, parent, tell)
    for recipe in recipes:
        assert recipe.rl is not None
        # The first seed's trial is good for all: the others replace about as many groups.
        tried = training.within_budget(replace(recipe, seed=wanted.seeds[0]))
        trained = training.trained(replace(recipe, steps=tried.steps))
        yield _measured(
            measuring,
            find_checkpoint(trained.run),
            recipe.rl.algorithm,
            seed=recipe.seed,
            steps=trained.steps,
            rollouts=trained.attempts,
        )


def _measured(
    measuring: Measuring,
    info: CheckpointInfo,
    preset: str,
    *,
    seed: int | None,
    steps: int,
    rollouts: int,
) -> Measured:
    return Measured(
        preset=preset,
        seed=seed,
        checkpoint=info.name,
        sha256=info.sha256,
        steps=steps,
        rollouts=rollouts,
        seconds=training_seconds(info) if seed is not None else 0.0,
        figures=measuring.figures(info),
    )
