"""The app's look at the runs: asked for twice at once, each line of a log counts once."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from tui.run_watch import RunWatch

RUN = SimpleNamespace(name="base-0001", state="running", path=Path("base-0001"))


class _SlowTail:
    """Counts who reads at once."""

    def __init__(self) -> None:
        self.reading = self.most = 0

    def read(self) -> list[dict[str, Any]]:
        self.reading += 1
        self.most = max(self.most, self.reading)
        time.sleep(0.05)
        self.reading -= 1
        return []


async def test_two_looks_at_once_read_a_log_one_after_the_other() -> None:
    tail = _SlowTail()
    runs = SimpleNamespace(list_runs=lambda: [RUN])
    watch = RunWatch(lambda: cast(Any, runs), lambda path: tail)
    await asyncio.gather(watch.refresh(), watch.refresh(), watch.refresh())
    assert tail.most == 1
