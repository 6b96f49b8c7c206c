"""The weights of a run on their way down: Muon and AdamW, learning rates, clipping."""

from __future__ import annotations

import math

import torch
from torch import nn

from engine.errors import TrainingDivergedError
from engine.train.muon import Muon, split_parameters
from engine.train.recipe import Recipe
from engine.train.schedule import lr_share


class Descent:
    """Takes the steps of one model by one recipe.

    Args:
        model: whose gradients are followed.
        recipe: the learning rates and how they change, and where gradients are clipped.
    """

    def __init__(self, model: nn.Module, recipe: Recipe) -> None:
        self._model = model
        matrices, others = split_parameters(model)
        self.params = {**matrices, **others}
        """By name, to be saved with ``optimizers``."""
        self.optimizers: dict[str, torch.optim.Optimizer] = {
            "muon": Muon(
                matrices.values(),
                lr=recipe.muon_lr,
                momentum=recipe.momentum,
                weight_decay=recipe.weight_decay,
            ),
            "adamw": torch.optim.AdamW(
                others.values(), lr=recipe.adamw_lr, betas=(0.9, 0.95), weight_decay=0.0
            ),
        }
        self.follow(recipe)

    def apply(self, step: int, loss: float) -> dict[str, float]:
        """Use up the gradients that are there: one update.

        Args:
            step: steps of the run that are done, which say the learning rate.
            loss: what the gradients are of.

        Returns:
            ``loss``, ``lr`` (Muon's) and ``grad_norm`` (before clipping).

        Raises:
            TrainingDivergedError: the loss or the gradient norm is not finite; the weights are
                as they were.
        """
        recipe = self._recipe
        norm = torch.nn.utils.clip_grad_norm_(self._model.parameters(), recipe.grad_clip)
        grad_norm = float(norm)
        if not (math.isfinite(loss) and math.isfinite(grad_norm)):
            raise TrainingDivergedError(
                f"The loss became {loss} (gradient norm {grad_norm}) at step {step + 1}; the "
                f"state before it is kept. Resuming repeats it: the recipe needs a lower learning "
                f"rate than {recipe.muon_lr} (Muon) and {recipe.adamw_lr} (AdamW)."
            )
        share = self._lr_share(step)
        for kind, optimizer in self.optimizers.items():
            for group in optimizer.param_groups:
                group["lr"] = self._peak_lr[kind] * share
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        return {"loss": loss, "lr": self.lr(step), "grad_norm": grad_norm}

    def follow(self, recipe: Recipe, *, begun: int = 0) -> None:
        """Take the learning rates of ``recipe``, which begins after ``begun`` steps of the run."""
        self._recipe, self._begun = recipe, begun
        self._peak_lr = {"muon": recipe.muon_lr, "adamw": recipe.adamw_lr}

    def forget(self) -> None:
        """Drop the moments: what is learned from now on is something else."""
        for optimizer in self.optimizers.values():
            optimizer.state.clear()

    def lr(self, step: int) -> float:
        """Muon's learning rate after ``step`` steps of the run."""
        return self._recipe.muon_lr * self._lr_share(step)

    def _lr_share(self, step: int) -> float:
        return lr_share(step - self._begun, self._recipe)
