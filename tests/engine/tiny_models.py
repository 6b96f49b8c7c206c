"""Small random models and a byte tokenizer for tests of the generation engine."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.model import ModelConfig, RopeScaling, Transformer

STRETCHED = RopeScaling(
    factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_seq_len=16
)


def config(**changes: object) -> ModelConfig:
    """A Qwen3-like shape with odd sizes, so that a mixed-up dimension cannot pass."""
    shape: dict[str, object] = {
        "vocab_size": 97, "d_model": 24, "n_layers": 3, "n_heads": 6, "n_kv_heads": 2,
        "head_dim": 8, "d_ff": 40, "max_seq_len": 48,
    }  # fmt: skip
    return ModelConfig(**{**shape, **changes})  # type: ignore[arg-type]


SHAPES = {
    "qwen3": config(),
    "llama3": config(qk_norm=False, tie_embeddings=False, rope_scaling=STRETCHED, rope_theta=5e5),
    "one query a key": config(n_kv_heads=6, norm_eps=1e-5),
    "one key for all": config(n_kv_heads=1, tie_embeddings=False),
    "no norm, tied": config(qk_norm=False, n_kv_heads=3),
}


def model(shape: ModelConfig | None = None, seed: int = 0) -> Transformer:
    """Random weights everywhere (also where training begins with zeros or ones)."""
    built = Transformer(shape or config())
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, weight in built.named_parameters():
            if "norm" in name:
                weight.uniform_(0.5, 1.5, generator=generator)
            else:
                weight.normal_(std=1.5 / weight.shape[-1] ** 0.5, generator=generator)
        # Small beside what the blocks add, else a tied model repeats its last token for ever.
        built.embed.weight.normal_(std=0.3, generator=generator)
    return built.eval()


def ids(*shape: int, seed: int = 0, n_vocab: int = 97) -> Tensor:
    return torch.randint(n_vocab, shape, generator=torch.Generator().manual_seed(seed))


class ByteTokens:
    """Id i is byte sequence ``table[i]``; ids beyond the table are special."""

    def __init__(self, table: list[bytes]) -> None:
        self.table = table

    def token_bytes(self, token: int) -> bytes:
        return self.table[token] if token < len(self.table) else b""


LETTERS = ByteTokens([bytes([33 + i]) for i in range(90)])
"""97 - 7 visible characters; the other ids of a tiny vocabulary are special."""
