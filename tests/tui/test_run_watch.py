"""The app's look at the runs: asked for twice at once, each line of a log counts once."""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tui import run_watch
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


async def test_a_reference_curve_that_nobody_waited_for_is_read_when_it_is_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "curve.jsonl").write_text('{"type": "step", "step": 1, "loss": 2.5}\n')
    begun, gate, read = threading.Event(), threading.Event(), run_watch._read_curve

    def slow(path: Path) -> list[dict[str, object]]:
        begun.set()
        gate.wait(30)
        return read(path)

    monkeypatch.setattr(run_watch, "_read_curve", slow)
    watch = RunWatch(lambda: cast(Any, SimpleNamespace()), lambda path: _SlowTail())
    asked = asyncio.create_task(watch.reference(tmp_path))
    await asyncio.to_thread(begun.wait, 30)
    asked.cancel()
    gate.set()
    assert (await watch.reference(tmp_path)).losses == [(1, 2.5)]
