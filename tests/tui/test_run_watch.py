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
from tui.run_watch import MOST_KEPT, RunWatch

RUN = SimpleNamespace(name="base-0001", state="running", path=Path("base-0001"))
RUN_ALIVE = SimpleNamespace(name="alive", state="running", path=Path("alive"))


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


class _Tail:
    """Gives the one line of a log, once."""

    def __init__(self) -> None:
        self._lines: list[dict[str, Any]] = [{"type": "step", "step": 1, "loss": 2.0}]

    def read(self) -> list[dict[str, Any]]:
        lines, self._lines = self._lines, []
        return lines


async def test_only_what_was_looked_at_last_stays_in_memory() -> None:
    names = [f"base-{number:04d}" for number in range(3 * MOST_KEPT)]
    done = [SimpleNamespace(name=name, state="done", path=Path(name)) for name in names]
    runs = SimpleNamespace(list_runs=lambda: [RUN_ALIVE, *done])
    watch = RunWatch(lambda: cast(Any, runs), lambda path: _Tail())
    for name in names:
        await watch.refresh(look_at=name)
        assert watch.history(name).losses == watch.history("alive").losses == [(1, 2.0)]
    assert len(watch._tails) == len(watch._histories) == MOST_KEPT
    assert await watch.refresh(look_at=names[0]), "it is read anew"
    assert watch.history(names[0]).losses == [(1, 2.0)]
