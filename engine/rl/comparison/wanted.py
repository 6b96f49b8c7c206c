"""What is compared with what. No torch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from engine.data.world import WorldConfig
from engine.errors import RunError
from engine.rl.plan import ALGORITHMS, RlPlan, plan
from engine.train.recipe import Recipe, recipe


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """The presets on one task; what is None is as the plan, the recipe or the evaluation has it."""

    task: str = "letter_counting"
    parent: str = "nano/sft"
    presets: tuple[str, ...] = ALGORITHMS
    n_seeds: int = 3
    steps: int | None = None
    """Of a preset that replaces no group."""
    n_prompts: int | None = None
    group_size: int | None = None
    n_problems: int | None = None
    """Held out, to measure with."""
    n_samples: int | None = None
    """Answers to each of them."""

    def __post_init__(self) -> None:
        if self.n_seeds < 1:
            raise RunError(
                f"{self.n_seeds} seeds are no run. Ask for at least 1 (for a deviation: 2)."
            )
        if not self.presets or len(set(self.presets)) != len(self.presets):
            named = ", ".join(self.presets) or "none"
            raise RunError(f"Presets to compare: {named}. Name one or more, each once.")
        for preset in self.presets:
            self.plan(preset, "pico")  # the smallest size: whether there is such a preset

    @property
    def seeds(self) -> range:
        """Of the recipes."""
        return range(1, self.n_seeds + 1)

    def plan(self, preset: str, size: str) -> RlPlan:
        """How a run of ``preset`` learns; ``size`` is the recipe's preset.

        Raises:
            RunError: there is no such preset, or a number is too small.
        """
        given = {"n_prompts": self.n_prompts, "group_size": self.group_size}
        changes = {name: value for name, value in given.items() if value is not None}
        return plan(preset, (self.task,), size=size, **changes)

    def recipes(self, size: str, world: WorldConfig) -> Iterator[Recipe]:
        """A run for each seed and preset; after every seed there is a whole comparison.

        Raises:
            RunError: there is no such ``size``, or a number is too small.
        """
        for seed in self.seeds:
            for preset in self.presets:
                of_preset = recipe(
                    "rl", size, steps=self.steps, rl=self.plan(preset, size), seed=seed
                )
                yield replace(of_preset, world=world)


def budget(recipe: Recipe) -> int:
    """Attempts that a run may draw: as many as it would if it replaced no group."""
    assert recipe.rl is not None
    n_steps = recipe.steps - recipe.rl.cold_start  # which draws none
    return n_steps * recipe.rl.n_prompts * recipe.rl.group_size
