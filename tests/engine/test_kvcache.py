from __future__ import annotations

import sys

import pytest
import tiny_models
import torch
from tiny_models import SHAPES

from engine import kvcache
from engine.batch import Batch, NewTokens, make_batch, next_batch
from engine.forward import TorchForward
from engine.kvcache import BLOCK_SIZE, KVCache, block_bytes, blocks_for
from engine.model import ModelConfig, Transformer
from engine.paged import PagedAttention

IDS = [tiny_models.ids(n, seed=n).tolist() for n in (40, 3, 17, 33)]


@torch.inference_mode()
def uncached(model: Transformer, ids: list[int]) -> torch.Tensor:
    return model.unembed(model(torch.tensor([ids])))[0]


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_any_division_into_passes_gives_uncached_logits(shape: ModelConfig) -> None:
    model = tiny_models.model(shape)
    cache = KVCache(shape, 12)
    forward = TorchForward(model, cache)
    ids = [text[: shape.max_seq_len] for text in IDS]
    tables = [cache.take(blocks_for(len(text))) for text in reversed(ids)][::-1]
    expected = [uncached(model, text) for text in ids]
    done = [0] * len(ids)
    chance = torch.Generator().manual_seed(0)
    while any(n < len(text) for n, text in zip(done, ids, strict=True)):
        parts, rows = [], []
        for row, text in enumerate(ids):
            n = min(int(torch.randint(0, 9, (1,), generator=chance)), len(text) - done[row])
            if n:
                rows += [(row, done[row] + i) for i in range(n)]
                new = text[done[row] : done[row] + n]
                parts.append(NewTokens(new, done[row], tables[row], wanted_from=0))
                done[row] += n
        if parts:
            logits_WV = forward(make_batch(parts))
            reference = torch.stack([expected[row][at] for row, at in rows])
            torch.testing.assert_close(logits_WV, reference, atol=2e-5, rtol=1e-4)


def test_decoding_rows_may_be_gathered_to_a_fixed_width() -> None:
    model = tiny_models.model()
    cache = KVCache(model.config, 4)
    tables = [cache.take(1), cache.take(1)]
    TorchForward(model, cache)(
        make_batch([NewTokens(IDS[i][:n], 0, tables[i], 0) for i, n in ((0, 9), (1, 2))])
    )
    batch = make_batch([NewTokens([5], n, tables[i], 0) for i, n in ((0, 9), (1, 2))])
    out = []
    for width in (None, BLOCK_SIZE):
        attention = PagedAttention(cache, batch, n_positions=width)
        with torch.inference_mode():
            out.append(model(batch.ids_N[None], batch.positions_N[None], cached=attention))
    torch.testing.assert_close(out[0], out[1], atol=1e-6, rtol=1e-5)


def test_only_wanted_logits_are_computed() -> None:
    batch = make_batch([NewTokens([1, 2, 3], 0, [0], 1), NewTokens([4, 5], 0, [1], 2)])
    assert batch.wanted_W.tolist() == [1, 2]
    assert not batch.decodes


def test_the_next_pass_of_a_batch_that_decodes() -> None:
    parts = [NewTokens([7], 4, [3], 0), NewTokens([8], 16, [2, 1], 0)]
    again = [NewTokens([1], 5, [3], 0), NewTokens([2], 17, [2, 1], 0)]
    after, expected = next_batch(make_batch(parts), torch.tensor([1, 2])), make_batch(again)
    for name in Batch.__slots__:
        left, right = getattr(after, name), getattr(expected, name)
        assert left.tolist() == right.tolist() if hasattr(left, "tolist") else left == right


def test_blocks_come_and_go() -> None:
    cache = KVCache(tiny_models.model().config, 3)
    first = cache.take(2)
    with pytest.raises(ValueError, match="2 blocks were asked for and 1 are free"):
        cache.take(2)
    cache.share(first[:1])
    cache.release(first)
    assert cache.n_free == 2  # the shared one still has a user
    cache.release(first[:1])
    assert cache.n_free == 3


@pytest.mark.parametrize("misuse", ["release", "share"])
def test_a_free_block_has_no_users(misuse: str) -> None:
    cache = KVCache(tiny_models.model().config, 2)
    with pytest.raises(AssertionError):
        getattr(cache, misuse)([0])


def test_a_copied_block_is_the_same_in_every_layer() -> None:
    cache = KVCache(tiny_models.model().config, 2)
    cache.memory[:, :, :, :BLOCK_SIZE] = torch.rand_like(cache.memory[:, :, :, :BLOCK_SIZE])
    cache.copy_block(0, 1)
    blocks = cache.memory.unflatten(3, (2, BLOCK_SIZE))
    assert torch.equal(blocks[:, :, :, 0], blocks[:, :, :, 1])
    assert blocks[:, :, :, 1].any()


def test_memory_is_counted() -> None:
    config = tiny_models.model().config
    cache = KVCache(config, 5)
    assert cache.nbytes == 5 * block_bytes(config, torch.float32) == cache.memory.nbytes
    assert [blocks_for(n) for n in (0, 1, BLOCK_SIZE, BLOCK_SIZE + 1)] == [0, 1, 1, 2]


def test_memory_that_the_system_does_not_give(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr(kvcache.mmap, "mmap", refuse)
    with pytest.raises(MemoryError, match="bytes for keys and values: Cannot allocate"):
        KVCache(tiny_models.model().config, 2)


@pytest.mark.skipif(sys.platform != "linux", reason="the advice is given on Linux")
def test_a_kernel_that_knows_no_large_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kvcache.mmap, "MADV_NOHUGEPAGE", 9999)  # advice that any kernel refuses
    assert not KVCache(tiny_models.model().config, 2).memory.any()
