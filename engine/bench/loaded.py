"""What our own contenders say of themselves: both are a checkpoint of this lab in a process."""

from __future__ import annotations

import time

import torch

from engine.bench import memory
from engine.bench.turn import About
from engine.bench.weights import bytes_per_token
from engine.model import Transformer


def about_ours(model: Transformer, *, native: bool, began: float) -> About:
    """To be called as soon as a contender is loaded.

    Args:
        model: what it computes with.
        native: whether compiled code draws for it.
        began: ``time.perf_counter()`` when the loading began.
    """
    load_s = time.perf_counter() - began
    return About(
        version=f"torch {torch.__version__}",
        note="compiled C" if native else "plain torch",
        weight_bytes=bytes_per_token(model, "embed"),
        load_s=load_s,
        load_peak_bytes=memory.peak_bytes(),
    )
