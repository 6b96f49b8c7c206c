"""Where a run computes, and how it stays repeatable there."""

from __future__ import annotations

import torch


def training_device() -> torch.device:
    """A CUDA device if there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def quiet_determinism() -> None:
    """Choose deterministic kernels: a resumed run must equal an undisturbed one bit by bit."""
    torch.use_deterministic_algorithms(True, warn_only=True)
    # Filling fresh memory guards against reading it unwritten; it costs time and changes nothing.
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
