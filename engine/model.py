"""A decoder-only transformer: one file that is a Llama or a Qwen3, and at 2 M parameters ours.

RMSNorm, rotary positions, grouped-query attention, SwiGLU; QK-norm and tied embeddings by
configuration. The forward pass knows nothing of optimizers, prompts or sampling.

Shape letters, used as suffixes (``x_BTD``) everywhere in the engine:
    B  rows of a batch            T  tokens of this forward pass     S  key positions (>= T)
    D  width of the residual      H  query heads                     K  key/value heads
    E  width of a head            F  width of the feed-forward       V  vocabulary

Sources: Llama 2 (arXiv 2307.09288, section 2.2), RoFormer (2104.09864, section 3.4), GQA
(2305.13245), SwiGLU (2002.05202), Qwen3 (2505.09388, section 2: QK-norm), Llama 3.1's rotary
scaling (2407.21783, section 3.4.2 and its published configuration).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.errors import CheckpointError


@dataclass(frozen=True, kw_only=True, slots=True)
class RopeScaling:
    """Llama 3.1's stretching of low rotary frequencies to a longer context."""

    factor: float
    low_freq_factor: float
    high_freq_factor: float
    original_max_seq_len: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelConfig:
    """The shape of a model; every field also stands in a Hugging Face ``config.json``."""

    vocab_size: int
    d_model: int
    n_layers: int
    n_heads: int
    n_kv_heads: int
    head_dim: int
    d_ff: int
    max_seq_len: int
    rope_theta: float = 10_000.0
    rope_scaling: RopeScaling | None = None
    norm_eps: float = 1e-6
    qk_norm: bool = True
    tie_embeddings: bool = True

    @property
    def multiplications_per_token(self) -> int:
        """In the products with weights; those of attention come on top."""
        attention = (2 * self.n_heads + 2 * self.n_kv_heads) * self.head_dim
        block = self.d_model * (attention + 3 * self.d_ff)
        return self.n_layers * block + self.vocab_size * self.d_model

    def __post_init__(self) -> None:
        for name in ("vocab_size", "d_model", "n_layers", "n_heads", "n_kv_heads", "head_dim",
                     "d_ff", "max_seq_len"):  # fmt: skip
            if getattr(self, name) < 1:
                raise CheckpointError(
                    f"{name} = {getattr(self, name)}, but a model needs at least 1. "
                    "Mend the model's configuration."
                )
        if self.n_heads % self.n_kv_heads:
            raise CheckpointError(
                f"n_heads = {self.n_heads} is not a multiple of n_kv_heads = {self.n_kv_heads}. "
                "Mend the model's configuration."
            )
        if self.head_dim % 2:
            raise CheckpointError(
                f"head_dim = {self.head_dim} is odd, but rotary positions turn pairs of "
                "dimensions. Mend the model's configuration."
            )


class CachedAttention(Protocol):
    """Attention to more than this pass's tokens: to keys and values cached before as well."""

    def attend(self, layer: int, q_BHTE: Tensor, k_BKTE: Tensor, v_BKTE: Tensor) -> Tensor:
        """Cache the new keys and values; answer the queries from all that each may see, BHTE."""
        ...


def rope_frequencies(config: ModelConfig) -> Tensor:
    """Radians a position for each pair of head dimensions, ``[E/2]``, fp32."""
    exponents = torch.arange(0, config.head_dim, 2, dtype=torch.float32) / config.head_dim
    frequencies = config.rope_theta**-exponents
    scaling = config.rope_scaling
    if scaling is None:
        return frequencies
    # Frequencies that turn often within the original context stay; those that do not complete
    # a turn are divided by the factor; between the two bounds the blend is linear.
    turns = scaling.original_max_seq_len * frequencies / (2 * math.pi)
    span = scaling.high_freq_factor - scaling.low_freq_factor
    keep = ((turns - scaling.low_freq_factor) / span).clamp(0.0, 1.0)
    return keep * frequencies + (1 - keep) * frequencies / scaling.factor


def rope_tables(config: ModelConfig) -> tuple[Tensor, Tensor]:
    """Cosine and sine of every position's angles, ``[S, E]`` each, fp32."""
    angles = torch.outer(torch.arange(config.max_seq_len).float(), rope_frequencies(config))
    angles = torch.cat((angles, angles), dim=-1)
    return angles.cos(), angles.sin()


def apply_rope(x_BhTE: Tensor, cos_BTE: Tensor, sin_BTE: Tensor) -> Tensor:
    """Turn each pair (e, e + E/2) of every head by its position's angle; any number of heads h."""
    half = x_BhTE.shape[-1] // 2
    turned = torch.cat((-x_BhTE[..., half:], x_BhTE[..., :half]), dim=-1)
    return x_BhTE * cos_BTE.unsqueeze(1) + turned * sin_BTE.unsqueeze(1)


class RMSNorm(nn.Module):
    """Scale to unit root mean square, then by a learned weight (arXiv 1910.07467)."""

    def __init__(self, width: int, eps: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        """``[..., width] -> [..., width]``."""
        return F.rms_norm(x, self.weight.shape, self.weight, self.eps)


class Attention(nn.Module):
    """Grouped-query attention. Query, key and value projections are one matrix: one product."""

    def __init__(self, config: ModelConfig, layer: int) -> None:
        super().__init__()
        self.layer = layer
        self.n_heads, self.n_kv_heads = config.n_heads, config.n_kv_heads
        self.head_dim = config.head_dim
        heads = config.n_heads + 2 * config.n_kv_heads
        self.qkv_proj = nn.Linear(config.d_model, heads * config.head_dim, bias=False)
        self.o_proj = nn.Linear(config.n_heads * config.head_dim, config.d_model, bias=False)
        self.q_norm = RMSNorm(config.head_dim, config.norm_eps) if config.qk_norm else None
        self.k_norm = RMSNorm(config.head_dim, config.norm_eps) if config.qk_norm else None

    def forward(
        self,
        x_BTD: Tensor,
        cos_BTE: Tensor,
        sin_BTE: Tensor,
        mask: Tensor | None,
        cached: CachedAttention | None,
    ) -> Tensor:
        """Attend; ``mask`` is boolean (True: may see), broadcast to BHTS; None means causal."""
        B, T, _ = x_BTD.shape
        H, K = self.n_heads, self.n_kv_heads
        qkv = self.qkv_proj(x_BTD).view(B, T, H + 2 * K, self.head_dim).transpose(1, 2)
        q_BHTE, k_BKTE, v_BKTE = qkv.split((H, K, K), dim=1)
        if self.q_norm is not None and self.k_norm is not None:
            q_BHTE, k_BKTE = self.q_norm(q_BHTE), self.k_norm(k_BKTE)
        q_BHTE = apply_rope(q_BHTE, cos_BTE, sin_BTE)
        k_BKTE = apply_rope(k_BKTE, cos_BTE, sin_BTE)
        if cached is not None:
            out_BHTE = cached.attend(self.layer, q_BHTE, k_BKTE, v_BKTE)
        else:
            out_BHTE = F.scaled_dot_product_attention(
                q_BHTE,
                k_BKTE,
                v_BKTE,
                attn_mask=mask,
                is_causal=mask is None and T > 1,
                enable_gqa=H != K,
            )
        out_BTD: Tensor = self.o_proj(out_BHTE.transpose(1, 2).reshape(B, T, H * self.head_dim))
        return out_BTD


class FeedForward(nn.Module):
    """SwiGLU; gate and up projections are one matrix."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.gate_up_proj = nn.Linear(config.d_model, 2 * config.d_ff, bias=False)
        self.down_proj = nn.Linear(config.d_ff, config.d_model, bias=False)

    def forward(self, x_BTD: Tensor) -> Tensor:
        """``BTD -> BTD``."""
        gate_BTF, up_BTF = self.gate_up_proj(x_BTD).chunk(2, dim=-1)
        out_BTD: Tensor = self.down_proj(F.silu(gate_BTF) * up_BTF)
        return out_BTD


class Block(nn.Module):
    """Pre-norm attention and feed-forward, each added to the residual stream."""

    def __init__(self, config: ModelConfig, layer: int) -> None:
        super().__init__()
        self.input_norm = RMSNorm(config.d_model, config.norm_eps)
        self.attention = Attention(config, layer)
        self.ff_norm = RMSNorm(config.d_model, config.norm_eps)
        self.feed_forward = FeedForward(config)

    def forward(
        self,
        x_BTD: Tensor,
        cos_BTE: Tensor,
        sin_BTE: Tensor,
        mask: Tensor | None,
        cached: CachedAttention | None,
    ) -> Tensor:
        """``BTD -> BTD``."""
        x_BTD = x_BTD + self.attention(self.input_norm(x_BTD), cos_BTE, sin_BTE, mask, cached)
        x_BTD = x_BTD + self.feed_forward(self.ff_norm(x_BTD))
        return x_BTD


class Transformer(nn.Module):
    """Token ids in, residual stream out; ``unembed`` turns that into logits."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.embed = nn.Embedding(config.vocab_size, config.d_model)
        self.blocks = nn.ModuleList(Block(config, layer) for layer in range(config.n_layers))
        self.norm = RMSNorm(config.d_model, config.norm_eps)
        self.lm_head = nn.Linear(config.d_model, config.vocab_size, bias=False)
        if config.tie_embeddings:
            self.lm_head.weight = self.embed.weight
        self.cos_SE: Tensor
        self.sin_SE: Tensor
        cos_SE, sin_SE = rope_tables(config)
        self.register_buffer("cos_SE", cos_SE, persistent=False)
        self.register_buffer("sin_SE", sin_SE, persistent=False)

    @torch.no_grad()
    def init_weights(self, generator: torch.Generator) -> None:
        """Set all weights from one generator.

        =====================  =======================================================
        embedding (and head)   normal, std 0.02; an untied head the same
        qkv, gate_up           uniform, std 1/sqrt(fan in): unit-variance outputs
        o_proj, down_proj      zeros: every block begins as the identity
        norm weights           ones
        =====================  =======================================================
        """
        nn.init.normal_(self.embed.weight, std=0.02, generator=generator)
        if not self.config.tie_embeddings:
            nn.init.normal_(self.lm_head.weight, std=0.02, generator=generator)
        bound = math.sqrt(3 / self.config.d_model)
        for block in self.blocks:
            assert isinstance(block, Block)
            attention, feed_forward = block.attention, block.feed_forward
            nn.init.uniform_(attention.qkv_proj.weight, -bound, bound, generator=generator)
            nn.init.uniform_(feed_forward.gate_up_proj.weight, -bound, bound, generator=generator)
            nn.init.zeros_(attention.o_proj.weight)
            nn.init.zeros_(feed_forward.down_proj.weight)

    def forward(
        self,
        ids_BT: Tensor,
        positions_BT: Tensor | None = None,
        mask: Tensor | None = None,
        cached: CachedAttention | None = None,
    ) -> Tensor:
        """Run the blocks and the last norm.

        Args:
            ids_BT: token ids.
            positions_BT: position of each token (``[1, T]`` broadcasts); None counts from 0.
            mask: boolean, True where a query may see a key, broadcast to BHTS; None is causal.
            cached: attends in place of the plain causal attention; ``mask`` is then not used.

        Returns:
            The normed residual stream, BTD.
        """
        if positions_BT is None:
            T = ids_BT.shape[1]
            cos_BTE, sin_BTE = self.cos_SE[:T].unsqueeze(0), self.sin_SE[:T].unsqueeze(0)
        else:
            cos_BTE, sin_BTE = self.cos_SE[positions_BT], self.sin_SE[positions_BT]
        x_BTD = self.embed(ids_BT)
        cos_BTE, sin_BTE = cos_BTE.to(x_BTD.dtype), sin_BTE.to(x_BTD.dtype)
        for block in self.blocks:
            x_BTD = block(x_BTD, cos_BTE, sin_BTE, mask, cached)
        out_BTD: Tensor = self.norm(x_BTD)
        return out_BTD

    def unembed(self, x_D: Tensor) -> Tensor:
        """``[..., D] -> [..., V]`` logits."""
        logits_V: Tensor = self.lm_head(x_D)
        return logits_V

    def n_params(self) -> int:
        """Number of weights, a tied matrix counted once."""
        return sum(p.numel() for p in self.parameters())
