"""After a training: where the line stands between saying a value and not.

Training teaches to tell the known from the unknown; where the line comes to stand between them is
an accident of the mix, and people of the training are known by heart, so that others end up on the
wrong side. But the decision is one token against the value, at one place: the token that a refusal
begins with, or the one that opens a search. Its logit there is moved by moving that token's row of
the unembedding along the mean state at the place (a rank-one edit, as in Meng et al., arXiv
2202.05262, but of the last layer): by as much as development questions ask. Where embeddings are
tied the token is also read with the row so moved; the figures are of that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.model import Transformer

STEP, MOST = 0.5, 6.0
"""Nats that the logit is lowered by at a time and at most."""
Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Line:
    """Sets the line of one decision."""

    name: str
    """Of the decision: the figure ``NAME_lowered`` says by how many nats."""
    token: int
    """What the value competes with."""
    places: Sequence[Sequence[int]]
    """Prompts that end where the decision is made."""
    figures: Callable[[Transformer], Figures]
    """Of the development questions."""
    watched: str
    """The figure that is to fall."""
    bound: float
    """To this."""

    @torch.no_grad()
    def set(self, model: Transformer) -> Figures:
        """Lower the token's logit until the watched figure is within its bound.

        Returns:
            The figures with the line where it is now, and by how much it was lowered.
        """
        state_D = self._place(model)
        row_D = model.lm_head.weight[self.token]
        step_D = (STEP * state_D / state_D.square().sum()).to(row_D.dtype)
        figures, lowered = self.figures(model), 0.0
        while figures[self.watched] > self.bound and lowered < MOST:
            row_D -= step_D
            lowered += STEP
            figures = self.figures(model)
        return {**figures, f"{self.name}_lowered": lowered}

    def _place(self, model: Transformer) -> Tensor:
        """Mean of the states from which the decision is drawn; ``[D]``, fp32."""
        device = model.lm_head.weight.device
        states = [
            model(torch.tensor([list(ids)], device=device))[0, -1].float() for ids in self.places
        ]
        return torch.stack(states).mean(dim=0)
