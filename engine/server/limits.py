"""How much the engine takes on at once."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """Bounds on memory and queues."""

    models: int = 6
    """Checkpoints in memory."""
    rows: int = 512
    """Rows that run or queue in the batch of one checkpoint."""
    waiting: int = 256
    """Requests that wait for a checkpoint or for rows."""
    prompt_size_at_once: int = 20_000
    """Characters or ids. A longer prompt is made ready beside the rows that run, which would
    otherwise stand still for up to a second."""
