from collections.abc import Sequence
from pathlib import Path

import pytest
import torch

from engine.conversation import Turn
from engine.data.web import web_of
from engine.data.world import PICO_WORLD
from engine.idk.refusals import REFUSALS
from engine.local import LocalModel
from engine.model import Transformer
from engine.tool_prompt import TOOL_NAMES
from engine.train import search_line
from engine.train.line import MOST, STEP, Line
from engine.train.search_line import Searching, places

BOUND = 0.15
TOO_MANY = BOUND + 0.01


class Scripted:
    """Says that so much is refused, one figure after the other; the last one stays."""

    def __init__(self, refused: Sequence[float]) -> None:
        self._refused = list(refused)

    def __call__(self, model: Transformer) -> dict[str, float]:
        refused = self._refused.pop(0) if len(self._refused) > 1 else self._refused[0]
        return {"refused": refused}


@pytest.fixture
def local(pico_sft: Path, monkeypatch: pytest.MonkeyPatch) -> LocalModel:
    monkeypatch.setattr(search_line, "N_PLACES", 20)
    return LocalModel.load(str(pico_sft))


def line_of(local: LocalModel, refused: Sequence[float], token: int, name: str = "it") -> Line:
    where = places(web_of(PICO_WORLD), local.dialect, "test")
    return Line(name, token, where, Scripted(refused), "refused", BOUND)


@pytest.mark.parametrize(
    ("refused", "lowered"),
    [
        ([0.0], 0.0),
        ([BOUND], 0.0),
        ([TOO_MANY, BOUND], STEP),
        ([0.9, 0.5, TOO_MANY, 0.0], 3 * STEP),
        ([0.9], MOST),
    ],
)
@torch.no_grad()
def test_the_tokens_logit_falls_by_a_step_at_a_time_and_nothing_else_moves(
    local: LocalModel, refused: list[float], lowered: float
) -> None:
    (token,) = {local.dialect.tokenizer.encode(refusal)[0] for refusal in REFUSALS}
    line = line_of(local, refused, token)
    before = {name: weights.clone() for name, weights in local.model.named_parameters()}
    states = [local.model(torch.tensor([ids]))[0, -1] for ids in line.places]
    logits_NV = local.model.unembed(torch.stack(states))
    figures = line.set(local.model)
    assert figures == {"refused": refused[-1], "it_lowered": lowered}
    fallen_NV = logits_NV - local.model.unembed(torch.stack(states))
    assert float(fallen_NV[:, token].mean()) == pytest.approx(lowered, abs=1e-3)
    for name, weights in local.model.named_parameters():
        changed = (weights != before[name]).reshape(len(weights), -1).any(dim=1).nonzero()
        is_unembedding = weights is local.model.lm_head.weight
        assert changed.flatten().tolist() == ([token] if is_unembedding and lowered else []), name


def test_whom_the_model_looks_up_is_counted(local: LocalModel) -> None:
    """The token that opens a search is made certain, and then the end of the answer more so."""
    searching = Searching.of(web_of(PICO_WORLD), local.dialect, 12)
    assert searching.unknown
    special = local.dialect.tokenizer.special
    prompt = local.dialect.render_chat([Turn.of("user", searching.unknown[0])], tools=TOOL_NAMES)
    state_D = local.model(torch.tensor([prompt]))[0, -1].detach()
    rows = local.model.lm_head.weight
    with torch.no_grad():
        rows[special["<|search_start|>"]] = 100 * state_D / state_D.norm()
        assert searching.figures(local.model)["searched_unknown"] == 1.0
        rows[special["<|assistant_end|>"]] = 200 * state_D / state_D.norm()
        assert searching.figures(local.model)["searched_unknown"] == 0.0
