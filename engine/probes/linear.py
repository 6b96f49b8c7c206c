"""A linear probe: does a direction in the model's states tell right answers from wrong ones?

Logistic regression with a squared penalty on standardised features, fitted by Newton's method: the
loss is convex, so the result is the only one there is. Alain & Bengio, arXiv 1610.01644, section 3.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

_STEPS = 50
_SMALLEST_STEP = 1e-4
_TOLERANCE = 1e-9
_LEAST_SPREAD = 1e-6
"""A feature that never changes stays 0 and is not blown up."""


@dataclass(frozen=True, slots=True)
class LinearProbe:
    """Features to the logit of "right"."""

    mean_D: Tensor
    scale_D: Tensor
    weight_D: Tensor
    bias: float

    def logits(self, x_ND: Tensor) -> Tensor:
        """``[N, D] -> [N]``, fp64: above 0 where right is the likelier."""
        return ((x_ND.double() - self.mean_D) / self.scale_D) @ self.weight_D + self.bias


def fit_linear(x_ND: Tensor, right_N: Tensor, *, l2: float) -> LinearProbe:
    """Minimise the mean cross-entropy plus ``l2 / 2 |weight|^2`` (the bias is not held back).

    Args:
        x_ND: features, any float type.
        right_N: boolean labels, both values among them.
        l2: above 0; on standardised features.

    Raises:
        ValueError: the labels are all the same, or the features are not finite.
    """
    if bool(right_N.all()) or not bool(right_N.any()):
        raise ValueError("a probe needs right and wrong answers to tell apart")
    if not bool(x_ND.isfinite().all()):
        raise ValueError("the features are not finite")
    x_ND = x_ND.double()
    mean_D = x_ND.mean(dim=0)
    scale_D = x_ND.std(dim=0, correction=0).clamp_min(_LEAST_SPREAD)
    ones_N1 = torch.ones(len(x_ND), 1, dtype=torch.float64)
    # The bias is one more weight, on a feature that is always 1.
    x_NE = torch.cat(((x_ND - mean_D) / scale_D, ones_N1), dim=1)
    penalty_E = torch.full((x_NE.shape[1],), l2, dtype=torch.float64)
    penalty_E[-1] = 0.0
    w_E = _newton(x_NE, right_N.double(), penalty_E)
    return LinearProbe(mean_D, scale_D, w_E[:-1], float(w_E[-1]))


def _newton(x_NE: Tensor, y_N: Tensor, penalty_E: Tensor) -> Tensor:
    """Newton's steps, halved while they do not lower the loss."""

    def loss(w_E: Tensor) -> float:
        fit = F.binary_cross_entropy_with_logits(x_NE @ w_E, y_N)
        return float(fit + 0.5 * (penalty_E * w_E * w_E).sum())

    w_E = torch.zeros_like(penalty_E)
    now = loss(w_E)
    for _ in range(_STEPS):
        p_N = torch.sigmoid(x_NE @ w_E)
        gradient_E = x_NE.T @ (p_N - y_N) / len(y_N) + penalty_E * w_E
        curve_N1 = (p_N * (1 - p_N)).unsqueeze(1) / len(y_N)
        hessian_EE = x_NE.T @ (curve_N1 * x_NE) + torch.diag(penalty_E)
        step_E = torch.linalg.solve(hessian_EE, gradient_E)
        size = 1.0
        while (then := loss(w_E - size * step_E)) >= now and size > _SMALLEST_STEP:
            size /= 2
        if then >= now:
            break
        w_E, gained, now = w_E - size * step_E, now - then, then
        if gained < _TOLERANCE:
            break
    return w_E
