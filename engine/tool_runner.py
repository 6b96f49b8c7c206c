"""Runs tool calls in threads beside whoever draws tokens. No torch.

At most ``threads`` calls run at a time and the others wait in line. A tool has time limits of its
own; one that ignores them is written off after ``timeout_s``: its call gets a result, its thread is
left to itself and its place is given away. Where too many threads were left so, no more are begun.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

from engine.errors import RequestError
from tools.registry import Registry
from tools.result import ToolResult
from tools.tool import Tool

THREADS = 8
TIMEOUT_S = 60.0
MAX_STUCK = 16
"""Threads that may be left to calls that do not end."""


class Running:
    """A call that waits or runs; ``ended`` hears of its result once, unless it was cancelled."""

    def __init__(self, tool: Tool, text: str, ended: Callable[[ToolResult], None]) -> None:
        self.tool = tool
        self.text = text
        self.cancelled = threading.Event()
        """Set when nobody waits for the result any more; the tool looks at it."""
        self._ended = ended
        self._lock = threading.Lock()
        self._open = True

    @property
    def open(self) -> bool:
        """Whether somebody still waits for the result."""
        return self._open

    def cancel(self) -> None:
        """Let nobody hear of the result, and tell the tool to stop."""
        with self._lock:
            self._open = False
        self.cancelled.set()

    def settle(self, result: ToolResult) -> None:
        """Pass the result on, if it is the first."""
        with self._lock:
            first, self._open = self._open, False
        if first:
            self._ended(result)


class ToolRunner:
    """A bounded number of threads for tool calls; use it from any thread.

    Args:
        threads: calls that run at a time.
        timeout_s: after which a call is written off, counted from when it began to run.
    """

    def __init__(self, *, threads: int = THREADS, timeout_s: float = TIMEOUT_S) -> None:
        self._threads = threads
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._waiting: deque[Running] = deque()
        self._running: set[Running] = set()
        self._n_stuck = 0
        self._closed = False

    def start(self, tool: Tool, text: str, ended: Callable[[ToolResult], None]) -> Running:
        """Run a call as soon as there is a place; ``ended`` is called in some other thread, or in
        this one where the call is refused.
        """
        running = Running(tool, text, ended)
        with self._lock:
            refused = self._closed or self._n_stuck >= MAX_STUCK
            if not refused:
                self._waiting.append(running)
        if refused:
            running.settle(
                ToolResult(kind="unavailable", error="too many earlier calls have not ended yet")
            )
        self._begin_waiting()
        return running

    def close(self) -> None:
        """Cancel all calls; those that are asked for later are refused."""
        with self._lock:
            self._closed = True
            calls = [*self._waiting, *self._running]
            self._waiting.clear()
        for running in calls:
            running.cancel()

    def _begin_waiting(self) -> None:
        with self._lock:
            while self._waiting and len(self._running) < self._threads:
                running = self._waiting.popleft()
                if running.open:
                    self._running.add(running)
                    name = f"tool-{running.tool.name}"
                    threading.Thread(
                        target=self._run, args=(running,), name=name, daemon=True
                    ).start()

    def _run(self, running: Running) -> None:
        clock = threading.Timer(self._timeout_s, self._write_off, (running,))
        clock.daemon = True
        clock.start()
        begun = time.perf_counter()
        try:
            result = running.tool(running.text, running.cancelled)
        except BaseException as error:
            # Tool turns an Exception into a result; a panic of a library in Rust is none.
            elapsed_ms = (time.perf_counter() - begun) * 1000
            said = f"{running.tool.name}: {type(error).__name__}"
            result = ToolResult(kind="crashed", error=said, elapsed_ms=elapsed_ms)
        clock.cancel()
        with self._lock:
            if running in self._running:
                self._running.remove(running)
            else:
                self._n_stuck -= 1
        running.settle(result)
        self._begin_waiting()

    def _write_off(self, running: Running) -> None:
        with self._lock:
            if running not in self._running:
                return
            self._running.remove(running)
            self._n_stuck += 1
        running.cancelled.set()
        error = f"{running.tool.name} did not answer within {self._timeout_s:g} s"
        running.settle(ToolResult(kind="timeout", error=error, elapsed_ms=self._timeout_s * 1000))
        self._begin_waiting()


def chosen_tools(registry: Registry, names: Sequence[str]) -> list[Tool]:
    """Tools by name, in that order.

    Raises:
        RequestError: there is no such tool.
    """
    found = []
    for name in names:
        tool = registry.get(name)
        if tool is None:
            there_are = ", ".join(registry.names) or "none"
            raise RequestError(
                f"There is no tool {name[:80]!a}. There are: {there_are}.", param="tools"
            )
        found.append(tool)
    return found
