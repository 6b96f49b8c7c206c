"""After the training: where the line stands between answering and refusing.

Training teaches to tell the known from the unknown; where the line comes to stand between them is
an accident of the mix, and people of the training are known by heart, so that others end up on the
wrong side. But the decision is one token against the value, at one place. Its logit there is moved
by moving that token's row of the unembedding along the mean state at the place (a rank-one edit, as
in Meng et al., arXiv 2202.05262, but of the last layer): by as much as the development split asks.
Where embeddings are tied the token is also read with the row so moved; the figures are of that.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.conversation import Turn
from engine.data.phrases import PERSON
from engine.data.recollection import asked_about, recollection
from engine.data.strangers import Strangers
from engine.data.web import Web
from engine.dialect import Dialect
from engine.idk.development import Development, Figures
from engine.idk.refusals import REFUSALS
from engine.model import Transformer

MOST_REFUSED = 0.15
"""Share that may be refused of what the parent knows on the development split."""
STEP, MOST = 0.5, 6.0
"""Nats that the logit is lowered by at a time and at most."""
N_PLACES = 200


@dataclass(frozen=True, slots=True)
class Line:
    """Sets the line of one model.

    Args:
        development: what says where it should stand.
        web: whose strangers are asked about to find the place.
        dialect: of the model.
    """

    development: Development
    web: Web
    dialect: Dialect

    @torch.no_grad()
    def set(self, model: Transformer) -> Figures:
        """Lower the refusal's logit until little enough of the known is refused.

        Returns:
            The figures of the development split with the line where it is now, and ``lowered``,
            the nats at the mean place.
        """
        token, state_D = self._refusal(), self._place(model)
        row_D = model.lm_head.weight[token]
        step_D = (STEP * state_D / state_D.square().sum()).to(row_D.dtype)
        figures, lowered = self.development.figures(model), 0.0
        while figures["refused_known"] > MOST_REFUSED and lowered < MOST:
            row_D -= step_D
            lowered += STEP
            figures = self.development.figures(model)
        return {**figures, "lowered": lowered}

    def _refusal(self) -> int:
        """The token that all refusals begin with."""
        return self.dialect.tokenizer.encode(REFUSALS[0])[0]

    def _place(self, model: Transformer) -> Tensor:
        """Mean of the states from which a value is drawn or refused; ``[D]``, fp32."""
        device = model.lm_head.weight.device
        states = [
            model(torch.tensor([ids], device=device))[0, -1].float() for ids in self._prompts()
        ]
        return torch.stack(states).mean(dim=0)

    def _prompts(self) -> Iterator[list[int]]:
        rng, strangers = random.Random("idk:line"), Strangers(self.web.world, "dialogue")
        for _ in range(N_PLACES):
            person, attribute = strangers.draw(rng), rng.choice(list(PERSON))
            before, _ = recollection(person, attribute, rng)
            asked = self.dialect.render_chat([Turn.of("user", asked_about(person, attribute, rng))])
            yield [*asked, *self.dialect.tokenizer.encode(" " + before)]
