"""How much the engine takes on at once."""

from __future__ import annotations

from dataclasses import dataclass

from engine.request import Priority


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

    def rows_for(self, priority: Priority) -> int:
        """Rows that requests of this kind may fill; bulk work leaves an eighth to who watches."""
        return self.rows - self.rows // 8 if priority == "bulk" else self.rows

    def waiting_for(self, priority: Priority) -> int:
        """Requests that may wait when one more of this kind comes."""
        return self.waiting - self.waiting // 8 if priority == "bulk" else self.waiting
