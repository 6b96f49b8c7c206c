"""Weights in fewer bits: bf16, int8, int4. For a CPU, which decodes as fast as it reads weights.

Only weights are rounded; activations and sums stay fp32 (in bf16 only where plain torch serves).

int8: one scale a row, symmetric: ``w = scale * q``, q from -127 to 127.
int4: groups of 32 along a row with a step and a least value, both bf16: ``w = step * q + least``,
q from 0 to 15 (as GGUF's Q4_1). Embedding and head stay int8: they are read by the row, and the
quality of every token hangs on them.
"""

from __future__ import annotations

from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.model import Block, Transformer
from engine.precision import Precision

GROUP = 32
"""Weights of a row that share step and least value in int4."""

_ROWS_AT_ONCE = 4096
"""Rounding works in fp32: a large vocabulary is not widened in one piece."""


class _Rounded(nn.Module):
    """Weights that are not trained, and what they are multiplied by."""

    weight: Tensor
    scale: Tensor

    def __init__(self, weight: Tensor, scale: Tensor) -> None:
        super().__init__()
        self.register_buffer("weight", weight)
        self.register_buffer("scale", scale)


class Int8Linear(_Rounded):
    """``nn.Linear`` without bias: ``weight`` int8 ``[outputs, inputs]``, ``scale`` fp32."""

    def forward(self, x: Tensor) -> Tensor:
        """``[..., inputs] -> [..., outputs]``, in the dtype of ``x``."""
        out = F.linear(x, self.weight.to(x.dtype))
        return out * self.scale.to(x.dtype)


class Int8Embedding(_Rounded):
    """``nn.Embedding``: ``weight`` int8 ``[V, D]``, ``scale`` fp32 ``[V]``. Gives fp32."""

    def forward(self, ids: Tensor) -> Tensor:
        """``[...] -> [..., D]``."""
        return self.weight[ids] * self.scale[ids].unsqueeze(-1)


class Int4Linear(_Rounded):
    """``nn.Linear`` without bias.

    ``weight`` is uint8 ``[outputs, padded inputs / 2]``: byte i of a group holds weight i in its
    low half and weight i + 16 in its high one. ``scale`` is bf16 ``[outputs, groups, 2]``: step
    and least value.
    """

    def __init__(self, weight: Tensor, scale: Tensor, n_inputs: int) -> None:
        super().__init__(weight, scale)
        self.n_inputs = n_inputs

    def forward(self, x: Tensor) -> Tensor:
        """``[..., inputs] -> [..., outputs]``, in the dtype of ``x``."""
        return F.linear(x, self.dequantized().to(x.dtype))

    def dequantized(self) -> Tensor:
        """The weights as fp32 ``[outputs, inputs]``."""
        halves = self.weight.view(len(self.weight), -1, GROUP // 2)
        steps = torch.cat((halves & 15, halves >> 4), dim=2).float()
        step, least = self.scale.float().unsqueeze(-1).unbind(2)
        return torch.addcmul(least, steps, step).flatten(1)[:, : self.n_inputs]


@torch.no_grad()
def to_precision(model: Transformer, precision: Precision) -> Transformer:
    """Round the weights of ``model`` in place; the wider ones are freed. Returns the model.

    From fp32 or bf16; ``fp32`` leaves a model as it is.
    """
    if precision == "fp32":
        return model
    if precision == "bf16":
        # Not model.to(): the rotary tables must keep their digits.
        for weight in model.parameters():
            weight.data = weight.data.to(torch.bfloat16)
        return model
    tied = model.lm_head.weight is model.embed.weight
    embedding = Int8Embedding(*_int8(model.embed.weight))
    _replace(model, "embed", embedding)
    head = (embedding.weight, embedding.scale) if tied else _int8(model.lm_head.weight)
    _replace(model, "lm_head", Int8Linear(*head))
    for block in model.blocks:
        assert isinstance(block, Block)
        for parent, name in (
            (block.attention, "qkv_proj"), (block.attention, "o_proj"),
            (block.feed_forward, "gate_up_proj"), (block.feed_forward, "down_proj"),
        ):  # fmt: skip
            matrix = parent.get_submodule(name).weight
            assert isinstance(matrix, Tensor)
            _replace(parent, name, _rounded(matrix, precision))
    for norm in model.parameters():  # all that is left
        norm.data = norm.data.float()
    return model


def _rounded(weight: Tensor, precision: Literal["int8", "int4"]) -> nn.Module:
    if precision == "int8":
        return Int8Linear(*_int8(weight))
    return Int4Linear(*_int4(weight), weight.shape[1])


def _replace(parent: nn.Module, name: str, module: nn.Module) -> None:
    parent.add_module(name, module)


def _int8(weight: Tensor) -> tuple[Tensor, Tensor]:
    """Rows of int8 and their scales; what was no number stays none, with all of its row."""
    rounded = torch.empty(weight.shape, dtype=torch.int8, device=weight.device)
    scale = torch.empty(weight.shape[0], device=weight.device)
    for first in range(0, len(weight), _ROWS_AT_ONCE):
        rows = slice(first, first + _ROWS_AT_ONCE)
        wide = weight[rows].float()
        scale[rows] = wide.abs().amax(dim=1) / 127
        steps = wide / torch.where(scale[rows] > 0, scale[rows], 1.0).unsqueeze(1)
        rounded[rows] = steps.round_().nan_to_num_(0.0)
    return rounded, scale


def _int4(weight: Tensor) -> tuple[Tensor, Tensor]:
    """Packed halves and (step, least value) of each group; no number spoils its group."""
    wide = F.pad(weight.float(), (0, -weight.shape[1] % GROUP)).view(len(weight), -1, GROUP)
    lowest, highest = wide.amin(dim=2), wide.amax(dim=2)
    scale = torch.stack(((highest - lowest) / 15, lowest), dim=2).bfloat16()
    step, least = scale.float().unsqueeze(-1).unbind(2)
    steps = (wide - least) / torch.where(step > 0, step, 1.0)
    steps = steps.round_().nan_to_num_(0.0).clamp_(0, 15).to(torch.uint8)
    low, high = steps.chunk(2, dim=2)
    return (low | high << 4).flatten(1), scale
