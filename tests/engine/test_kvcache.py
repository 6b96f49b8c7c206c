from __future__ import annotations

import pytest
import tiny_models
import torch
from tiny_models import SHAPES

from engine.decode import Decoder
from engine.kvcache import KVCache
from engine.model import ModelConfig, Transformer


def read(model: Transformer, cache: KVCache, ids: torch.Tensor, first: int = 0) -> torch.Tensor:
    """Feed a block of tokens to some rows; logits BTV."""
    n_rows, n_new = ids.shape
    window = cache.window(first, n_rows, n_new)
    x = model(ids, window.positions_BT, window.mask_B1TS, window)
    for row in range(first, first + n_rows):
        cache.extend(row, n_new)
    return model.unembed(x)


def uncached(model: Transformer, ids: torch.Tensor) -> torch.Tensor:
    return model.unembed(model(ids.unsqueeze(0)))[0]


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
@torch.inference_mode()
def test_ragged_rows_give_uncached_logits(shape: ModelConfig) -> None:
    """Rows of 5, 9 and 1 tokens, then 4 more at once, then 6 more one by one by both forwards."""
    model = tiny_models.model(shape)
    texts = [tiny_models.ids(n + 10, seed=n) for n in (5, 9, 1)]
    cache, decoder = KVCache(shape, 4), Decoder(model)
    for row, text in enumerate(texts):
        n = len(text) - 10
        torch.testing.assert_close(
            read(model, cache, text[None, :n], row)[0], uncached(model, text[:n]),
            atol=1e-4, rtol=0,
        )  # fmt: skip
    whole = [uncached(model, text) for text in texts]
    block = torch.stack([text[-10:-6] for text in texts])
    for row, logits in enumerate(read(model, cache, block)):
        torch.testing.assert_close(logits, whole[row][-10:-6], atol=1e-4, rtol=0)
    for at in range(-6, 0):
        ids = torch.stack([text[at] for text in texts])
        window = cache.window(0, 3, 1)
        fast = decoder.step(ids, window)
        slow = read(model, cache, ids[:, None])[:, 0]
        expected = torch.stack([logits[at] for logits in whole])
        torch.testing.assert_close(fast, expected, atol=1e-4, rtol=0)
        torch.testing.assert_close(slow, expected, atol=1e-4, rtol=0)


@pytest.mark.parametrize("n_rows", [1, 3])
@torch.inference_mode()
def test_even_rows_need_no_mask(n_rows: int) -> None:
    model = tiny_models.model()
    cache, decoder = KVCache(model.config, n_rows), Decoder(model)
    text = tiny_models.ids(n_rows, 12)
    read(model, cache, text[:, :11])
    window = cache.window(0, n_rows, 1)
    assert window.mask_B1TS is None
    expected = torch.stack([uncached(model, row)[-1] for row in text])
    torch.testing.assert_close(decoder.step(text[:, 11], window), expected, atol=1e-4, rtol=0)


@torch.inference_mode()
def test_decoding_in_bfloat16_follows_the_model() -> None:
    model = tiny_models.model().bfloat16()
    text = tiny_models.ids(2, 9)
    cache = KVCache(model.config, 2, dtype=torch.bfloat16)
    read(model, cache, text[:, :8])
    fast = Decoder(model).step(text[:, 8], cache.window(0, 2, 1)).float()
    slow = read(model, cache, text[:, 8:])[:, 0].float()
    torch.testing.assert_close(fast, slow, atol=0.15, rtol=0)
    assert torch.corrcoef(torch.stack((fast.flatten(), slow.flatten())))[0, 1] > 0.999


@torch.inference_mode()
def test_norms_keep_epsilon_where_it_matters() -> None:
    """Tiny activations: without epsilon the norm would blow them up to unit size."""
    model = tiny_models.model(tiny_models.config(norm_eps=1e-3))
    model.embed.weight.mul_(1e-3)
    text = tiny_models.ids(1, 4)
    cache = KVCache(model.config, 1)
    read(model, cache, text[:, :3])
    fast = Decoder(model).step(text[:, 3], cache.window(0, 1, 1))
    torch.testing.assert_close(fast[0], uncached(model, text[0])[-1], atol=1e-6, rtol=1e-4)


@torch.inference_mode()
def test_trim_forgets_and_copy_shares_a_prefix() -> None:
    model = tiny_models.model()
    cache = KVCache(model.config, 3)
    text = tiny_models.ids(14)
    other = tiny_models.ids(6, seed=5)
    read(model, cache, text[None])
    cache.trim(0, 8)
    assert cache.lengths == [8, 0, 0]
    cache.copy_row(0, 2)
    assert cache.lengths == [8, 0, 8]
    logits = read(model, cache, torch.cat((text[:8], other))[None, 8:], 2)[0]
    expected = uncached(model, torch.cat((text[:8], other)))[8:]
    torch.testing.assert_close(logits, expected, atol=1e-4, rtol=0)
    # The source is untouched by what its copy read.
    logits = read(model, cache, text[None, 8:], 0)[0]
    torch.testing.assert_close(logits, uncached(model, text)[8:], atol=1e-4, rtol=0)


def test_memory_is_allocated_once_and_counted() -> None:
    shape = tiny_models.config()
    cache = KVCache(shape, 5, max_len=10, dtype=torch.bfloat16)
    assert cache.nbytes == 3 * 2 * 5 * 2 * 10 * 8 * 2
    before = cache.window(0, 1, 1).keys[0].data_ptr()
    cache.extend(0, 9)
    assert cache.window(0, 1, 1).keys[0].data_ptr() == before


@pytest.mark.parametrize(("filled", "n_new"), [(10, 1), (7, 4), (0, 11)])
def test_overflow_is_refused(filled: int, n_new: int) -> None:
    cache = KVCache(tiny_models.config(), 2, max_len=10)
    cache.extend(1, filled)
    with pytest.raises(ValueError, match="do not fit"):
        cache.window(0, 2, n_new)


@pytest.mark.parametrize("length", [-1, 4])
def test_trim_cannot_lengthen(length: int) -> None:
    cache = KVCache(tiny_models.config(), 1)
    cache.extend(0, 3)
    with pytest.raises(ValueError, match="holds 3"):
        cache.trim(0, length)
