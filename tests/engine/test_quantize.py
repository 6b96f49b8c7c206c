"""Weights in fewer bits: how far they are off, how small they are, what stays as it was."""

from __future__ import annotations

import math

import pytest
import tiny_models
import torch
from tiny_models import SHAPES
from torch import Tensor, nn

from engine.model import Transformer
from engine.precision import Precision
from engine.quantize import GROUP, Int4Linear, Int8Embedding, Int8Linear, to_precision


def projection(model: Transformer) -> nn.Module:
    return model.blocks[1].feed_forward.down_proj  # type: ignore[union-attr, return-value]


def applied(module: nn.Module, n_inputs: int) -> Tensor:
    """The matrix ``[outputs, inputs]`` that a module multiplies with, by its own account."""
    with torch.inference_mode():
        out: Tensor = module(torch.eye(n_inputs)).t()
    return out


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_int8_is_off_by_half_a_step_at_most(shape: object) -> None:
    model = tiny_models.model(shape)  # type: ignore[arg-type]
    exact = projection(model).weight.detach().clone()  # type: ignore[union-attr, operator]
    table = model.embed.weight.detach().clone()
    to_precision(model, "int8")
    step = exact.abs().amax(dim=1, keepdim=True) / 127
    off = (applied(projection(model), exact.shape[1]) - exact).abs()
    assert (off <= step * 0.501).all()
    assert off.max() > 0
    off = (model.embed(torch.arange(97)) - table).abs()
    assert (off <= table.abs().amax(dim=1, keepdim=True) / 127 * 0.501).all()


@pytest.mark.parametrize("n_inputs", [1, 31, 32, 33, 40, 96])
def test_int4_is_off_by_half_a_step_of_its_group(n_inputs: int) -> None:
    model = tiny_models.model(tiny_models.config(d_ff=n_inputs))
    exact = projection(model).weight.detach().clone()  # type: ignore[union-attr, operator]
    to_precision(model, "int4")
    module = projection(model)
    assert isinstance(module, Int4Linear)
    assert torch.equal(applied(module, n_inputs), module.dequantized())
    off = (module.dequantized() - exact).abs()
    for group, errors in zip(exact.split(GROUP, 1), off.split(GROUP, 1), strict=True):
        low, high = group.amin(dim=1, keepdim=True), group.amax(dim=1, keepdim=True)
        if group.shape[1] < GROUP:  # filled up with zeros
            low, high = low.clamp(max=0), high.clamp(min=0)
        # Step and least value are bf16: 8 bits of the largest of the group.
        slack = torch.maximum(low.abs(), high.abs()) / 128
        assert (errors <= (high - low) / 30 + slack).all()


def test_numbers_that_need_no_rounding_stay() -> None:
    model = tiny_models.model(tiny_models.config(d_ff=64))
    weight = projection(model).weight  # type: ignore[union-attr]
    assert isinstance(weight, nn.Parameter)
    generator = torch.Generator().manual_seed(0)
    fours = torch.randint(0, 16, weight.shape, generator=generator) * 0.25 - 2.0
    fours[:, ::GROUP], fours[:, 1::GROUP] = -2.0, 1.75
    weight.data.copy_(fours)
    assert torch.equal(applied(projection(to_precision(model, "int4")), 64), fours)


@pytest.mark.parametrize("precision", ["int8", "int4"])
def test_a_row_of_zeros_stays_zero_and_a_broken_one_is_heard_of(precision: Precision) -> None:
    model = tiny_models.model()
    weight = projection(model).weight  # type: ignore[union-attr]
    assert isinstance(weight, nn.Parameter)
    weight.data[0] = 0.0
    weight.data[1, 3] = math.nan
    weight.data[2, 3] = -math.inf
    to_precision(model, precision)
    out = projection(model)(torch.ones(1, 40))[0]
    assert out[0] == 0
    assert not out[1].isfinite()
    assert not out[2].isfinite()
    assert out[3:].isfinite().all()


@pytest.mark.parametrize("name", ["qwen3", "llama3"])
@pytest.mark.parametrize(("precision", "bits"), [("bf16", 16), ("int8", 8.3), ("int4", 5.3)])
def test_the_model_is_really_smaller(name: str, precision: Precision, bits: float) -> None:
    shape = tiny_models.config(
        d_model=256, d_ff=512, tie_embeddings=SHAPES[name].tie_embeddings, vocab_size=512
    )
    model = tiny_models.model(shape)
    table = model.embed.weight.numel() * (1 if shape.tie_embeddings else 2)
    n_params = sum(weight.numel() for weight in model.parameters())
    expected = (n_params - table) * bits / 8 + table * max(bits, 8.3) / 8
    to_precision(model, precision)
    assert model.cos_SE.dtype == torch.float32
    model.cos_SE = model.sin_SE = torch.empty(0)
    memory = {t.data_ptr(): t.nbytes for t in (*model.parameters(), *model.buffers())}
    assert sum(memory.values()) <= expected * 1.02


def test_head_and_embedding_stay_one_matrix_where_they_were() -> None:
    tied = to_precision(tiny_models.model(SHAPES["qwen3"]), "int4")
    assert isinstance(tied.embed, Int8Embedding)
    assert isinstance(tied.lm_head, Int8Linear)
    assert tied.lm_head.weight is tied.embed.weight
    two = to_precision(tiny_models.model(SHAPES["llama3"]), "int4")
    assert two.lm_head.weight.data_ptr() != two.embed.weight.data_ptr()
    fp32 = tiny_models.model()
    assert to_precision(fp32, "fp32") is fp32
    assert fp32.embed.weight.dtype == torch.float32


@pytest.mark.parametrize(("precision", "off"), [("bf16", 0.1), ("int8", 0.1), ("int4", 1.0)])
def test_plain_torch_runs_the_rounded_model(precision: Precision, off: float) -> None:
    """Logits have a spread of some 1 to 2 here."""
    ids = tiny_models.ids(1, 20)
    exact = tiny_models.model(SHAPES["llama3"])
    rounded = to_precision(tiny_models.model(SHAPES["llama3"]), precision)
    with torch.inference_mode():
        expected = exact.unembed(exact(ids))
        error = (rounded.unembed(rounded(ids)).float() - expected).abs()
    assert 0 < error.mean() < off * expected.std()


def test_weights_in_bf16_can_be_rounded_further() -> None:
    """As a large model is read from its file."""
    model = to_precision(to_precision(tiny_models.model(), "bf16"), "int8")
    assert {weight.dtype for weight in model.parameters()} == {torch.float32}
    with torch.inference_mode():
        assert model.unembed(model(tiny_models.ids(1, 5))).dtype == torch.float32
