"""Everything about recorded passes but the recording itself, which needs a GPU."""

from __future__ import annotations

import pytest
import tiny_models
import torch
from tiny_models import SHAPES

from engine.batch import NewTokens, make_batch
from engine.cuda_graph import Compute, GraphedForward
from engine.forward import TorchForward
from engine.kvcache import KVCache
from engine.model import ModelConfig


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_padded_passes_give_the_same_logits(shape: ModelConfig) -> None:
    model = tiny_models.model(shape)
    recorded: list[Compute] = []

    def record(compute: Compute) -> Compute:
        recorded.append(compute)
        return compute

    plain_cache, cache = KVCache(shape, 12), KVCache(shape, 13)
    plain, graphed = TorchForward(model, plain_cache), GraphedForward(model, cache, record=record)
    texts = [tiny_models.ids(n, seed=n).tolist() for n in (40, 1, 17)]
    tables = [(plain_cache.take(3), cache.take(3)) for _ in texts]
    done = [0, 0, 0]

    def check(rows: dict[int, int]) -> None:
        """Read so many tokens of each row in both ways."""
        parts: tuple[list[NewTokens], ...] = ([], [])
        for row, n in rows.items():
            ids = [*texts[row], *range(60)][done[row] : done[row] + n]
            for side in (0, 1):
                parts[side].append(NewTokens(ids, done[row], tables[row][side], n - 1))
            done[row] += n
        expected, found = plain(make_batch(parts[0])), graphed(make_batch(parts[1]))
        torch.testing.assert_close(found, expected, atol=2e-5, rtol=1e-4)

    check({0: 30, 2: 15})
    assert not recorded  # nobody decoded
    check({0: 1, 1: 1, 2: 1})
    check({0: 1, 2: 1})
    check({1: 1})
    check({2: 1, 0: 1, 1: 1})  # four rows again, one of them padding: recorded before
    assert len(recorded) == 3
    check({0: 1, 1: 4})


def test_a_token_whose_logits_are_not_wanted_has_none() -> None:
    """The last one that fits a chunk, of a prompt that goes on."""
    model = tiny_models.model()
    plain_cache, cache = KVCache(model.config, 2), KVCache(model.config, 3)
    graphed = GraphedForward(model, cache, record=lambda compute: compute)
    found, expected = (
        forward(
            make_batch([NewTokens([5], 0, held.take(1), 1), NewTokens([6], 0, held.take(1), 0)])
        )
        for forward, held in ((graphed, cache), (TorchForward(model, plain_cache), plain_cache))
    )
    torch.testing.assert_close(found, expected)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU to record on")
def test_a_recorded_pass_on_a_gpu() -> None:
    model = tiny_models.model().to("cuda")
    cache, plain_cache = (KVCache(model.config, n, device="cuda") for n in (5, 4))
    graphed, plain = GraphedForward(model, cache), TorchForward(model, plain_cache)
    table, plain_table = cache.take(2), plain_cache.take(2)
    for position, token in enumerate(tiny_models.ids(20).tolist()):
        found = graphed(make_batch([NewTokens([token], position, table, 0)], "cuda"))
        expected = plain(make_batch([NewTokens([token], position, plain_table, 0)], "cuda"))
        torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-3)
