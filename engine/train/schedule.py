"""The learning rate over a run: a short warm-up, a plateau, a linear decay."""

from __future__ import annotations

from engine.train.recipe import Recipe


def lr_share(step: int, recipe: Recipe) -> float:
    """The share of the peak learning rates at ``step`` (0-based), in (0, 1].

    Warm-up, stable, decay: arXiv 2404.06395, section 4.
    """
    if step < recipe.warmup_steps:
        return (step + 1) / recipe.warmup_steps
    left = (recipe.steps - step) / max(1.0, recipe.steps * recipe.decay_share)
    return max(recipe.final_lr_share, min(1.0, left))
