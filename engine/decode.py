"""One decoding step of a ``Transformer``, written for speed: the same function as its ``forward``.

A nano model is so small that a step costs what its small operators cost to launch, not what they
compute. So the maths of ``model.py`` stand here a second time, for exactly one token a row and
with as few operators as it takes; a test holds the logits equal to ``Transformer.forward``.
What differs:

- the new token's rotary turn is one E x E matrix a row, built once a step and used by every head
  of every layer, instead of a split, a negation, two products and a sum in each layer;
- queries that share a key/value head lie side by side as if they were tokens of that head, so
  grouped attention needs no repeated keys;
- RMSNorm in fp32 on the CPU is spelled out (``_norm``): the library's takes ten operators there;
- projections call ``mm``/``addmm`` on the modules' own weights: nothing is copied.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.kvcache import Window
from engine.model import Block, Transformer


class Decoder:
    """The decoding step of ``model``, whose weights must not change or move afterwards."""

    def __init__(self, model: Transformer) -> None:
        config = model.config
        self.n_heads, self.n_kv_heads = config.n_heads, config.n_kv_heads
        self.head_dim = config.head_dim
        self.embed = model.embed.weight.detach()
        self.layers = tuple(_layer(block) for block in model.blocks)
        self.norm = Norm(model.norm.weight, model.norm.eps)
        self.head = model.lm_head.weight.detach().t()
        self.cos_SE, self.sin_SE = model.cos_SE, model.sin_SE
        self.identity_EE = torch.eye(config.head_dim, device=self.cos_SE.device)
        self.quarter_turn_EE = _quarter_turn(self.identity_EE)

    @torch.inference_mode()
    def step(self, ids_B: Tensor, window: Window) -> Tensor:
        """Read one token a row; its keys and values go into ``window``. Returns logits BV."""
        B, H, K, E = len(ids_B), self.n_heads, self.n_kv_heads, self.head_dim
        rotation_BEE = self._rotation(window.positions_BT)
        x_BD = F.embedding(ids_B, self.embed)
        for i, layer in enumerate(self.layers):
            qkv_BhE = torch.mm(layer.input_norm(x_BD), layer.qkv).view(B, H + 2 * K, E)
            qk_BhE, v_BKE = qkv_BhE.split_with_sizes((H + K, K), dim=1)
            if layer.qk_norm is not None:
                qk_BhE = layer.qk_norm(qk_BhE)
            q_BHE, k_BKE = torch.bmm(qk_BhE, rotation_BEE).split_with_sizes((H, K), dim=1)
            keys_BKSE, values_BKSE = window.update(i, k_BKE, v_BKE)
            out_BKGE = F.scaled_dot_product_attention(
                q_BHE.reshape(B, K, H // K, E), keys_BKSE, values_BKSE, attn_mask=window.mask_B1TS
            )
            x_BD = torch.addmm(x_BD, out_BKGE.reshape(B, H * E), layer.out)
            gate_BF, up_BF = torch.mm(layer.ff_norm(x_BD), layer.gate_up).chunk(2, dim=1)
            x_BD = torch.addmm(x_BD, F.silu(gate_BF).mul_(up_BF), layer.down)
        return torch.mm(self.norm(x_BD), self.head)

    def _rotation(self, positions_B1: Tensor) -> Tensor:
        """``[B, E, E]``: a row vector times it is that vector turned to the row's position."""
        cos_B1E, sin_B1E = self.cos_SE[positions_B1], self.sin_SE[positions_B1]
        rotation_BEE = torch.addcmul(self.identity_EE * cos_B1E, self.quarter_turn_EE, sin_B1E)
        return rotation_BEE.to(self.embed.dtype)


class Norm:
    """RMSNorm over the last dimension; the weight may differ by head (``[h, E]``)."""

    __slots__ = ("eps", "floor", "scaled", "spelled_out", "weight")

    def __init__(self, weight: Tensor, eps: float) -> None:
        self.weight, self.eps = weight.detach(), eps
        # Elsewhere the library has one kernel for it, and below fp32 a plain sum loses digits.
        self.spelled_out = weight.device.type == "cpu" and weight.dtype == torch.float32
        width = weight.shape[-1]
        self.scaled = self.weight * math.sqrt(width)
        self.floor = torch.tensor(math.sqrt(width * eps), device=weight.device)

    def __call__(self, x: Tensor) -> Tensor:
        """``[..., width] -> [..., width]``."""
        if not self.spelled_out:
            return F.rms_norm(x, self.weight.shape[-1:], eps=self.eps) * self.weight
        # x / sqrt(mean(x^2) + eps) with both sides of the fraction times sqrt(width).
        length = torch.linalg.vector_norm(x, dim=-1, keepdim=True)
        return torch.mul(x, self.scaled).div_(torch.hypot(length, self.floor))


@dataclass(frozen=True, slots=True)
class Layer:
    """What a step needs of a ``Block``; matrices are transposed views of the module's own."""

    input_norm: Norm
    qkv: Tensor
    qk_norm: Norm | None
    out: Tensor
    ff_norm: Norm
    gate_up: Tensor
    down: Tensor


def _layer(block: nn.Module) -> Layer:
    assert isinstance(block, Block)
    attention, feed_forward = block.attention, block.feed_forward
    qk_norm = None
    if attention.q_norm is not None and attention.k_norm is not None:
        q_weight_HE = attention.q_norm.weight.expand(attention.n_heads, -1)
        k_weight_KE = attention.k_norm.weight.expand(attention.n_kv_heads, -1)
        qk_norm = Norm(torch.cat((q_weight_HE, k_weight_KE)), attention.q_norm.eps)
    return Layer(
        input_norm=Norm(block.input_norm.weight, block.input_norm.eps),
        qkv=attention.qkv_proj.weight.detach().t(),
        qk_norm=qk_norm,
        out=attention.o_proj.weight.detach().t(),
        ff_norm=Norm(block.ff_norm.weight, block.ff_norm.eps),
        gate_up=feed_forward.gate_up_proj.weight.detach().t(),
        down=feed_forward.down_proj.weight.detach().t(),
    )


def _quarter_turn(identity_EE: Tensor) -> Tensor:
    """The matrix that takes each pair (e, e + E/2) of a row vector to (-second, first)."""
    first, second = identity_EE.chunk(2, dim=1)
    return torch.cat((-second, first), dim=1)
