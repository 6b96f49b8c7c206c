"""A worker whose models follow a script, with a tool that hangs until it is let go."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from scripted_model import FakeTools, ScriptedBackend, echoing, raw_tool

from engine.server.worker import Worker
from tools.registry import Registry
from tools.result import ToolResult


class Hanging:
    """A tool that ends only when it is told to, or when nobody waits for it any more."""

    def __init__(self, *, obeys: bool = True) -> None:
        self.begun, self.let_go, self.left = (threading.Event() for _ in range(3))
        self._obeys = obeys

    def __call__(self, text: str, cancelled: threading.Event) -> ToolResult:
        self.begun.set()
        deadline = time.monotonic() + 60
        while not self.let_go.is_set() and time.monotonic() < deadline:
            if self._obeys and cancelled.wait(0.01):
                break
            time.sleep(0.01)
        self.left.set()
        return ToolResult(kind="cancelled" if cancelled.is_set() else "ok", output="late")


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    tool = Hanging()
    yield tool
    tool.let_go.set()


@pytest.fixture
def tools(hanging: Hanging) -> FakeTools:
    answering = list(echoing(calc=lambda _: "42"))
    return FakeTools(Registry([answering[0], raw_tool("python", hanging), answering[2]]))


@pytest.fixture
def worker(tools: FakeTools) -> Iterator[Worker]:
    worker = Worker(ScriptedBackend, open_tools=lambda: tools)
    worker.start()
    yield worker
    worker.stop(30.0)
    assert not worker.alive
