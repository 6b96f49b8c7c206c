"""The compiled forward pass against ``Transformer.forward``, and against itself, bit for bit.

Skipped without a C compiler.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import native_build
import pytest
import tiny_models
import torch
from tiny_models import SHAPES, STRETCHED
from torch import Tensor

from engine.batch import Batch, NewTokens, make_batch
from engine.kvcache import KVCache
from engine.model import ModelConfig, Transformer
from engine.native import NativeLibrary
from engine.native_forward import NativeForward, _fits_panels
from engine.precision import PRECISIONS, Precision
from engine.quantize import to_precision

N_BLOCKS = 40


@pytest.fixture(scope="module")
def library() -> NativeLibrary:
    return native_build.library_or_skip()


@pytest.fixture(autouse=True)
def _threads() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def of_precision(shape: ModelConfig, precision: Precision) -> Transformer:
    return to_precision(tiny_models.model(shape), precision)


class Engine:
    """A model, its compiled pass and a cache full of the worst there is: numbers of nobody."""

    def __init__(self, model: Transformer, library: NativeLibrary) -> None:
        assert NativeForward.can_serve(model)
        self.cache = KVCache(model.config, N_BLOCKS)
        self.cache.memory.fill_(math.nan)
        self.forward = NativeForward(model, self.cache, library)

    def read(self, *parts: tuple[Tensor, int, Sequence[int]]) -> list[Tensor]:
        """Logits of all tokens of each (ids, cached positions, blocks)."""
        batch = batch_of(*parts)
        return list(self.forward(batch).split(batch.counts))


def batch_of(*parts: tuple[Tensor, int, Sequence[int]]) -> Batch:
    return make_batch([NewTokens(ids.tolist(), cached, blocks, 0) for ids, cached, blocks in parts])


@torch.inference_mode()
def plain(model: Transformer, ids_T: Tensor) -> Tensor:
    """Logits TV of plain torch, without a cache, in fp32 from the same rounded weights."""
    wide = copy.deepcopy(model)
    for weight in wide.parameters():
        weight.data = weight.data.float()
    return wide.unembed(wide(ids_T.unsqueeze(0)))[0]


WIDE = {
    f"heads of {E}": tiny_models.config(head_dim=E, d_ff=33 + E, max_seq_len=80)
    for E in (2, 24, 32, 64, 96, 128)
}
GROUPS = {
    f"{H} queries a key": tiny_models.config(n_heads=H, n_kv_heads=1, head_dim=32)
    for H in (1, 2, 3, 5, 9)
}
ODD = {
    "no dimension a multiple": tiny_models.config(
        vocab_size=97, d_model=37, d_ff=51, head_dim=10, rope_scaling=STRETCHED
    )
}
PANELS = {
    name: tiny_models.config(
        vocab_size=112, d_model=48, d_ff=n_ff, n_heads=6, n_kv_heads=n_kv_heads, **changes
    )
    for name, n_ff, n_kv_heads, changes in (
        ("panels", 80, 2, {}),
        ("panels, untied", 16, 3, {"head_dim": 16, "tie_embeddings": False, "qk_norm": False}),
    )
}
"""Whole panels everywhere: tiles of one, two and four of them, and sequences shared out."""

ALL = {**SHAPES, **WIDE, **GROUPS, **ODD, **PANELS}


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("shape", ALL.values(), ids=ALL)
def test_logits_are_those_of_plain_torch(
    shape: ModelConfig, precision: Precision, library: NativeLibrary
) -> None:
    """Three blocks in shuffled order, beside another sequence, of which nothing leaks in."""
    model = of_precision(shape, precision)
    engine, ids = Engine(model, library), tiny_models.ids(45)
    other, logits = engine.read((ids[:7], 0, [5]), (ids, 0, [30, 2, 17]))
    torch.testing.assert_close(logits, plain(model, ids), atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(other, logits[:7], atol=0, rtol=0)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("chunks", [[1] * 45, [44, 1], [1, 44], [2, 3, 5, 7, 11, 17], [16, 16, 13]])
def test_a_prompt_in_pieces_is_the_whole_prompt_bit_for_bit(
    chunks: list[int], precision: Precision, library: NativeLibrary
) -> None:
    engine, ids = Engine(of_precision(ALL["heads of 64"], precision), library), tiny_models.ids(45)
    (whole,) = engine.read((ids, 0, [4, 9, 1]))
    pieces, read = [], 0
    for n in chunks:
        pieces += engine.read((ids[read : read + n], read, [8, 3, 20]))
        read += n
    torch.testing.assert_close(torch.cat(pieces), whole, atol=0, rtol=0)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize(
    "shape", [SHAPES["llama3"], WIDE["heads of 128"], *ODD.values(), *PANELS.values()]
)
def test_a_row_alone_is_the_row_among_others_bit_for_bit(
    shape: ModelConfig, precision: Precision, library: NativeLibrary
) -> None:
    """For every number of rows around those that the kernel takes at once."""
    engine = Engine(of_precision(shape, precision), library)
    texts = [tiny_models.ids(1 + i % 9, seed=i) for i in range(N_BLOCKS)]
    alone = [engine.read((text, 0, [i]))[0] for i, text in enumerate(texts)]
    steps = [
        engine.read((tiny_models.ids(1, seed=100 + i), len(text), [i]))[0]
        for i, text in enumerate(texts)
    ]
    for n in (2, 3, 4, 5, 6, 7, 8, 12, 13, 17, N_BLOCKS):
        engine.cache.memory.fill_(math.nan)
        together = engine.read(*((text, 0, [i]) for i, text in enumerate(texts[:n])))
        torch.testing.assert_close(together, alone[:n], atol=0, rtol=0)
        together = engine.read(
            *(
                (tiny_models.ids(1, seed=100 + i), len(text), [i])
                for i, text in enumerate(texts[:n])
            )
        )
        torch.testing.assert_close(together, steps[:n], atol=0, rtol=0)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_the_number_of_threads_does_not_show(precision: Precision, library: NativeLibrary) -> None:
    """In a model that is large enough to be shared out, and inputs beyond one cache's share."""
    shape = tiny_models.config(
        d_model=200,
        n_heads=8,
        n_kv_heads=2,
        head_dim=64,
        d_ff=328,
        vocab_size=1003,
        max_seq_len=512,
    )
    engine = Engine(of_precision(shape, precision), library)
    ids = tiny_models.ids(300, n_vocab=1003)
    tokens = [(ids, 0, list(range(19))), (ids[:40], 0, [30, 31, 32])]
    made = []
    for n_threads in (1, 2, 3, 5):
        torch.set_num_threads(n_threads)
        made.append(torch.cat(engine.read(*tokens)))
        made.append(torch.cat([engine.read(token)[0] for token in tokens]))
    assert all(torch.equal(made[0], logits) for logits in made[1:])


@pytest.mark.parametrize("shape", PANELS.values(), ids=PANELS)
def test_panels_are_laid_out_for_small_models_in_fp32(shape: ModelConfig) -> None:
    assert _fits_panels(of_precision(shape, "fp32"))
    assert not _fits_panels(of_precision(shape, "bf16"))
    assert not any(_fits_panels(of_precision(odd, "fp32")) for odd in ODD.values())


def test_sequences_shared_out_to_threads_are_those_of_one_thread(library: NativeLibrary) -> None:
    """Parts that begin at a sequence, wanted tokens of each, and a pass that is one long prompt."""
    engine = Engine(of_precision(PANELS["panels"], "fp32"), library)
    texts = [tiny_models.ids(n, seed=n) for n in (9, 1, 1, 14, 3, 1, 7, 16, 2)]
    parts = [
        NewTokens(text.tolist(), 0, [i], wanted_from=i % (len(text) + 1))
        for i, text in enumerate(texts)
    ]
    batches = [make_batch(parts), make_batch(parts[::-1]), make_batch(parts[7:8])]
    wanted = spoilt(batches[0], wanted_W=batches[0].wanted_W.flip(0).contiguous())
    torch.set_num_threads(1)
    expected = [(engine.forward(batch), engine.forward.hidden(batch)) for batch in batches]
    for n_threads in (2, 3, 4, 7):
        torch.set_num_threads(n_threads)
        engine.cache.memory.fill_(math.nan)
        for batch, (logits, hidden) in zip(batches, expected, strict=True):
            assert torch.equal(engine.forward(batch), logits)
            assert torch.equal(engine.forward.hidden(batch), hidden)
        assert torch.equal(engine.forward(wanted), expected[0][0].flip(0))


@pytest.mark.parametrize("n", [*range(1, 18), 31, 32, 33, 47, 48, 64, 70])
@pytest.mark.parametrize("shape", [WIDE["heads of 32"], PANELS["panels"]], ids=["rows", "panels"])
def test_every_length_of_a_pass(shape: ModelConfig, n: int, library: NativeLibrary) -> None:
    model = of_precision(replace(shape, max_seq_len=80), "fp32")
    ids = tiny_models.ids(n)
    (logits,) = Engine(model, library).read((ids, 0, [3, 1, 4, 15, 9]))
    torch.testing.assert_close(logits, plain(model, ids), atol=1e-4, rtol=1e-4)


def test_only_the_wanted_logits_and_the_whole_residual(library: NativeLibrary) -> None:
    model = of_precision(SHAPES["qwen3"], "fp32")
    engine, ids = Engine(model, library), tiny_models.ids(20)
    (every,) = engine.read((ids, 0, [0, 1]))
    last = engine.forward(make_batch([NewTokens(ids.tolist(), 0, [0, 1], 19)]))
    none = engine.forward(make_batch([NewTokens(ids.tolist(), 0, [0, 1], 20)]))
    assert torch.equal(last, every[19:])
    assert none.shape == (0, 97)
    hidden = engine.forward.hidden(batch_of((ids, 0, [0, 1])))
    with torch.inference_mode():
        expected = model(ids.unsqueeze(0))[0]
    torch.testing.assert_close(hidden, expected, atol=1e-5, rtol=1e-5)


@torch.inference_mode()
def test_keys_and_values_lie_where_the_table_says(library: NativeLibrary) -> None:
    model = of_precision(SHAPES["no norm, tied"], "fp32")
    engine, ids = Engine(model, library), tiny_models.ids(20)
    engine.read((ids, 0, [7, 2]))
    written = ~engine.cache.memory.isnan().any(dim=(0, 1, 2, 4))
    slots = [*range(7 * 16, 8 * 16), *range(2 * 16, 2 * 16 + 4)]
    assert written.nonzero().flatten().tolist() == sorted(slots)
    qkv = model.blocks[0].attention.qkv_proj(model.blocks[0].input_norm(model.embed(ids)))  # type: ignore[union-attr, operator]
    values = qkv[:, -3 * 8 :].view(20, 3, 8).transpose(0, 1)
    torch.testing.assert_close(engine.cache.memory[0, 1][:, slots], values, atol=1e-5, rtol=1e-5)


def spoilt(batch: Batch, **changes: Tensor) -> Batch:
    fields = {name: getattr(batch, name) for name in Batch.__slots__}
    return Batch(**{**fields, **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {"ids_N": torch.tensor([1, 97])},
        {"ids_N": torch.tensor([-1, 2])},
        {"positions_N": torch.tensor([0, 48])},
        {"positions_N": torch.tensor([-1, 1])},
        {"positions_N": torch.tensor([0, 16])},
        {"tables_RM": torch.tensor([[N_BLOCKS]], dtype=torch.int32)},
        {"tables_RM": torch.tensor([[-1]], dtype=torch.int32)},
        {"rows_N": torch.tensor([0, 1], dtype=torch.int32)},
        {"rows_N": torch.tensor([-1, 0], dtype=torch.int32)},
        {"wanted_W": torch.tensor([2])},
        {"wanted_W": torch.tensor([0, 1, 1])},
    ],
)
def test_a_wrong_number_is_refused_before_it_is_an_address(
    changes: dict[str, Tensor], library: NativeLibrary
) -> None:
    engine = Engine(of_precision(SHAPES["qwen3"], "fp32"), library)
    batch = spoilt(batch_of((tiny_models.ids(2), 0, [0])), **changes)
    with pytest.raises(IndexError, match="does not exist"):
        engine.forward(batch)
    assert engine.cache.memory.isnan().all()


def test_memory_of_the_wrong_kind_is_refused(library: NativeLibrary) -> None:
    engine = Engine(of_precision(SHAPES["qwen3"], "fp32"), library)
    batch = batch_of((tiny_models.ids(2), 0, [0]))
    with pytest.raises(TypeError, match="int64"):
        engine.forward(spoilt(batch, ids_N=batch.ids_N.int()))
    with pytest.raises(TypeError, match="contiguous"):
        engine.forward(spoilt(batch, positions_N=torch.tensor([[0, 5], [1, 5]])[:, 0]))
    half = KVCache(SHAPES["qwen3"], 2, dtype=torch.bfloat16)
    with pytest.raises(ValueError, match="fp32"):
        NativeForward(of_precision(SHAPES["qwen3"], "fp32"), half, library)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_broken_weight_is_heard_of(
    precision: Precision, bad: float, library: NativeLibrary
) -> None:
    model = tiny_models.model(SHAPES["llama3"])
    with torch.no_grad():
        model.blocks[1].feed_forward.down_proj.weight[3, 5] = bad  # type: ignore[union-attr, index]
    engine = Engine(to_precision(model, precision), library)
    (logits,) = engine.read((tiny_models.ids(20), 0, [0, 1]))
    assert not logits.isfinite().any()


def test_extreme_activations_stay_those_of_plain_torch(library: NativeLibrary) -> None:
    """Scores beyond what e^x can hold, gates far from 0."""
    model = tiny_models.model(SHAPES["qwen3"])
    with torch.no_grad():
        model.blocks[0].attention.q_norm.weight.fill_(1e4)  # type: ignore[union-attr, operator]
        model.blocks[1].feed_forward.gate_up_proj.weight.mul_(1e3)  # type: ignore[union-attr, operator]
    ids = tiny_models.ids(40)
    (logits,) = Engine(model, library).read((ids, 0, [0, 1, 2]))
    torch.testing.assert_close(logits, plain(model, ids), atol=1e-3, rtol=1e-3)


def test_which_models_are_served() -> None:
    for precision in PRECISIONS:
        assert NativeForward.can_serve(of_precision(SHAPES["llama3"], precision))
    assert not NativeForward.can_serve(tiny_models.model().half())
    wide = tiny_models.config(head_dim=2048, n_heads=1, n_kv_heads=1)
    assert not NativeForward.can_serve(tiny_models.model(wide))  # more than a stack may hold
    assert not NativeForward.can_serve(tiny_models.model().to("meta"))
