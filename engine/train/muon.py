"""Muon for the matrices, AdamW for embeddings and norms.

Muon (Jordan et al. 2024, kellerjordan.github.io/posts/muon) replaces the momentum of a weight
matrix by the nearest orthogonal matrix, so that every direction of the matrix learns at one rate.
A few Newton-Schulz steps come close enough; the coefficients make small singular values grow
fast and leave all of them between about 0.7 and 1.2.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn

_A, _B, _C = 3.4445, -4.7750, 2.0315
_STEPS = 5


def orthogonalise(G_NRC: Tensor) -> Tensor:
    """Newton-Schulz towards the orthogonal factor of each matrix of a stack, ``NRC -> NRC``."""
    wide = G_NRC.shape[-2] <= G_NRC.shape[-1]
    X = G_NRC if wide else G_NRC.mT
    norm_N11: Tensor = torch.linalg.matrix_norm(X, keepdim=True)
    X = X / (norm_N11 + 1e-7)
    for _ in range(_STEPS):
        gram = X @ X.mT
        X = _A * X + (_B * gram + _C * gram @ gram) @ X
    return X if wide else X.mT


class Muon(torch.optim.Optimizer):
    """Nesterov momentum, orthogonalised; matrices of one shape are worked on as one stack.

    The update is scaled by ``sqrt(max(1, rows / columns))`` so that one learning rate serves
    matrices of every shape.
    """

    def __init__(
        self, params: Iterable[nn.Parameter], *, lr: float, momentum: float, weight_decay: float
    ) -> None:
        matrices = list(params)
        shapes = sorted({tuple(p.shape) for p in matrices})
        groups = [{"params": [p for p in matrices if tuple(p.shape) == s]} for s in shapes]
        super().__init__(groups, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """Apply one update from the gradients present."""
        for group in self.param_groups:
            params, momentum = group["params"], group["momentum"]
            directions = []
            for param in params:
                assert param.grad is not None, "every matrix of the model is in every loss"
                state = self.state[param]
                if "momentum" not in state:
                    state["momentum"] = torch.zeros_like(param)
                state["momentum"].lerp_(param.grad, 1 - momentum)
                directions.append(param.grad.lerp(state["momentum"], momentum))
            rows, columns = params[0].shape
            lr = group["lr"] * max(1.0, rows / columns) ** 0.5
            for param, update in zip(params, orthogonalise(torch.stack(directions)), strict=True):
                param.mul_(1 - group["lr"] * group["weight_decay"])
                param.sub_(update, alpha=lr)


def split_parameters(model: nn.Module) -> tuple[dict[str, nn.Parameter], dict[str, nn.Parameter]]:
    """Name the parameters for Muon (the blocks' matrices) and those for AdamW (all others)."""
    matrices: dict[str, nn.Parameter] = {}
    others: dict[str, nn.Parameter] = {}
    for name, param in model.named_parameters():
        (matrices if name.startswith("blocks.") and param.ndim == 2 else others)[name] = param
    return matrices, others
