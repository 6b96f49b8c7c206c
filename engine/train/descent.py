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
        self._model, self._recipe = model, recipe
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
        self._peak_lr = {"muon": recipe.muon_lr, "adamw": recipe.adamw_lr}

    def apply(self, step: int, loss: float) -> dict[str, float]:
        """Use up the gradients that are there: one update.

        Args:
            step: steps of the recipe that are done, which say the learning rate.
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
        share = lr_share(step, recipe)
        for kind, optimizer in self.optimizers.items():
            for group in optimizer.param_groups:
                group["lr"] = self._peak_lr[kind] * share
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        return {"loss": loss, "lr": self.lr(step), "grad_norm": grad_norm}

    def lr(self, step: int) -> float:
        """Muon's learning rate after ``step`` steps of the recipe."""
        return self._recipe.muon_lr * lr_share(step, self._recipe)
