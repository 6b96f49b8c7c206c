"""How a GGUF file says that rotary frequencies are stretched.

Files of Llama 3.1 and later do not say it in words: they hold the divisor of every frequency. The
stretching's four numbers are found again from these, as a ``config.json`` needs them.
"""

from __future__ import annotations

from dataclasses import replace

import torch

from engine.errors import CheckpointError
from engine.gguf_names import ROPE_FREQS, rope_divisors
from engine.imports.gguf_file import GgufFile
from engine.model import ModelConfig, RopeScaling

LOW, HIGH, ORIGINAL = 1.0, 4.0, 8192
"""Of every published model that is stretched so (arXiv 2407.21783)."""


def with_rope_scaling(file: GgufFile, architecture: str, config: ModelConfig) -> ModelConfig:
    """``config`` with the stretching that the file asks for, if any.

    Raises:
        CheckpointError: stretched in another way.
    """
    kind = file.text(f"{architecture}.rope.scaling.type", "none")
    if kind != "none":
        raise CheckpointError(
            f"{file.path} stretches rotary positions by {kind!r}, which this lab does not have. "
            "Choose another model."
        )
    tensor = file.tensors.get(ROPE_FREQS)
    if tensor is None:
        return config
    divisors = torch.from_numpy(tensor.rows("F32").copy())
    if divisors.shape != (config.head_dim // 2,):  # before anything is made in that size
        raise _otherwise(file)
    scaling = RopeScaling(
        factor=float(f"{divisors.max():.6g}"),
        low_freq_factor=LOW,
        high_freq_factor=HIGH,
        original_max_seq_len=file.integer(
            f"{architecture}.rope.scaling.original_context_length", ORIGINAL
        ),
    )
    stretched = replace(config, rope_scaling=scaling)
    expected = rope_divisors(stretched)
    if not torch.allclose(divisors, expected, rtol=1e-3):
        raise _otherwise(file)
    return stretched


def _otherwise(file: GgufFile) -> CheckpointError:
    return CheckpointError(
        f"{file.path} has rotary frequencies that are not stretched as Llama 3's are "
        f"({ROPE_FREQS}). Choose another model, or its Hugging Face folder."
    )
