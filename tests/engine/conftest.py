"""Fixtures for what talks to an engine process, and for what starts runs.

Importing this puts the folder's ``fake_engine`` module in reach of all tests below it.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from engine import endpoint, runs
from engine.client import EngineClient
from engine.launch import Child, start_engine
from engine.protocol import EngineStatus
from engine.runs import RunStatus
from engine.train.__main__ import train

FAKE_ENGINE = str(Path(__file__).with_name("fake_engine.py"))


@pytest.fixture
def lab_home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home of its own whose path is short: pytest's tmp_path may be too long for a socket."""
    home = Path(tempfile.mkdtemp(prefix="lab-", dir="/tmp"))
    monkeypatch.setenv("LLMLAB_HOME", str(home))
    yield home
    shutil.rmtree(home, ignore_errors=True)


@dataclass
class Engines:
    """Starts clients of fake engines and remembers the processes, to end them with the test."""

    options: tuple[str, ...] = ()
    children: list[Child] = field(default_factory=list)
    clients: list[EngineClient] = field(default_factory=list)

    def start(self) -> Child:
        child = start_engine((sys.executable, FAKE_ENGINE, *self.options))
        self.children.append(child)
        return child

    def client(self, on_status: Callable[[EngineStatus], None] | None = None) -> EngineClient:
        client = EngineClient(on_status=on_status, start=partial(Engines.start, self))
        self.clients.append(client)
        return client

    def running(self) -> list[Child]:
        return [child for child in self.children if child.exit_code() is None]

    async def stop(self) -> None:
        for client in self.clients:
            await client.close()
        for child in self.running():
            os.kill(child.pid, signal.SIGCONT)
            os.kill(child.pid, signal.SIGTERM)
        await until(lambda: not self.running())


async def until(condition: Callable[[], object], timeout_s: float = 60.0) -> None:
    """Wait for a condition; fail loudly when it does not come true."""
    async with asyncio.timeout(timeout_s):
        while not condition():
            await asyncio.sleep(0.02)


@pytest.fixture
async def engines(lab_home: Path) -> AsyncIterator[Engines]:
    assert endpoint.read_endpoint() is None
    started = Engines()
    yield started
    await started.stop()


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Runs train in this process, which spares the imports; their names."""
    trained: list[str] = []

    def spawn(status: RunStatus) -> RunStatus:
        trained.append(status.name)
        assert train(status.name) == 0
        return status

    monkeypatch.setattr(runs, "spawn", spawn)
    return trained
