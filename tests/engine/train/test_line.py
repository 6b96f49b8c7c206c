from collections.abc import Sequence
from pathlib import Path

import pytest
import torch

from engine.data.web import web_of
from engine.data.world import PICO_WORLD
from engine.idk import line as lines
from engine.idk.line import MOST, MOST_REFUSED, STEP, Line
from engine.idk.refusals import REFUSALS
from engine.local import LocalModel
from engine.model import Transformer

TOO_MANY = MOST_REFUSED + 0.01


class Scripted:
    """Says that so much of the known is refused, one figure after the other; the last one stays."""

    def __init__(self, refused: Sequence[float]) -> None:
        self._refused = list(refused)

    def figures(self, model: Transformer) -> dict[str, float]:
        refused = self._refused.pop(0) if len(self._refused) > 1 else self._refused[0]
        return {"refused_known": refused}


@pytest.mark.parametrize(
    ("refused", "lowered"),
    [
        ([0.0], 0.0),
        ([MOST_REFUSED], 0.0),
        ([TOO_MANY, MOST_REFUSED], STEP),
        ([0.9, 0.5, TOO_MANY, 0.0], 3 * STEP),
        ([0.9], MOST),
    ],
)
@torch.no_grad()
def test_the_refusals_logit_falls_by_a_step_at_a_time_and_nothing_else_moves(
    pico_sft: Path, monkeypatch: pytest.MonkeyPatch, refused: list[float], lowered: float
) -> None:
    monkeypatch.setattr(lines, "N_PLACES", 20)
    local = LocalModel.load(str(pico_sft))
    (token,) = {local.dialect.tokenizer.encode(refusal)[0] for refusal in REFUSALS}
    line = Line(Scripted(refused), web_of(PICO_WORLD), local.dialect)  # type: ignore[arg-type]
    before = {name: weights.clone() for name, weights in local.model.named_parameters()}
    states = [local.model(torch.tensor([ids]))[0, -1] for ids in line._prompts()]
    logits_NV = local.model.unembed(torch.stack(states))
    figures = line.set(local.model)
    assert figures == {"refused_known": refused[-1], "lowered": lowered}
    fallen_NV = logits_NV - local.model.unembed(torch.stack(states))
    assert float(fallen_NV[:, token].mean()) == pytest.approx(lowered, abs=1e-3)
    for name, weights in local.model.named_parameters():
        changed = (weights != before[name]).reshape(len(weights), -1).any(dim=1).nonzero()
        is_unembedding = weights is local.model.lm_head.weight
        assert changed.flatten().tolist() == ([token] if is_unembedding and lowered else []), name
