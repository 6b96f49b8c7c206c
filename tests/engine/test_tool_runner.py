"""Calls in threads: bounded, cancelled, written off, and heard of exactly once."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable

import pytest
from scripted_model import raw_tool

import engine.tool_runner
from engine.tool_runner import ToolRunner
from tools.result import ToolResult
from tools.tool import Tool

OK = ToolResult(kind="ok", output="done")


class Heard:
    """Where results come to; ``one`` waits for the next, ``nothing`` sees that none comes."""

    def __init__(self) -> None:
        self._results: queue.SimpleQueue[ToolResult] = queue.SimpleQueue()

    def __call__(self, result: ToolResult) -> None:
        self._results.put(result)

    def one(self) -> ToolResult:
        return self._results.get(timeout=60)

    def nothing(self) -> bool:
        time.sleep(0.1)
        return self._results.empty()


def until_set(event: threading.Event) -> Tool:
    def wait(text: str, cancelled: threading.Event) -> ToolResult:
        event.wait(60)
        return OK

    return raw_tool("python", wait)


def until_cancelled() -> Tool:
    def wait(text: str, cancelled: threading.Event) -> ToolResult:
        cancelled.wait(60)
        return ToolResult(kind="cancelled")

    return raw_tool("python", wait)


def test_a_result_is_heard_of() -> None:
    heard = Heard()
    ToolRunner().start(raw_tool("calc", lambda text, _: OK), "1", heard)
    assert heard.one().output == "done"
    assert heard.nothing()


class PanicError(BaseException):
    """As pyo3's PanicException, it is no ``Exception``."""


@pytest.mark.parametrize("error", [ValueError, PanicError, SystemExit])
def test_whatever_a_tool_raises_is_a_result(error: Callable[[], BaseException]) -> None:
    def fails(text: str, cancelled: threading.Event) -> ToolResult:
        raise error()

    heard = Heard()
    ToolRunner().start(raw_tool("calc", fails), "1", heard)
    assert heard.one().kind == "crashed"


def test_so_many_run_and_the_others_wait_in_line() -> None:
    go, heard = threading.Event(), Heard()
    running: list[int] = []
    most: list[int] = []
    lock = threading.Lock()

    def count(text: str, cancelled: threading.Event) -> ToolResult:
        with lock:
            running.append(1)
            most.append(len(running))
        go.wait(60)
        with lock:
            running.pop()
        return OK

    runner = ToolRunner(threads=3)
    for _ in range(20):
        runner.start(raw_tool("python", count), "", heard)
    assert heard.nothing()
    go.set()
    assert [heard.one().kind for _ in range(20)] == ["ok"] * 20
    assert max(most) == 3


def test_who_is_cancelled_hears_nothing_and_frees_the_place() -> None:
    runner, first, second = ToolRunner(threads=1), Heard(), Heard()
    running = runner.start(until_cancelled(), "", first)
    waiting = runner.start(until_cancelled(), "", first)
    runner.start(raw_tool("calc", lambda text, _: OK), "", second)
    waiting.cancel()
    running.cancel()
    assert second.one().kind == "ok"
    assert first.nothing()


def test_a_call_that_does_not_end_is_written_off() -> None:
    go, heard, after = threading.Event(), Heard(), Heard()
    runner = ToolRunner(threads=1, timeout_s=0.1)
    stuck = runner.start(until_set(go), "", heard)
    runner.start(raw_tool("calc", lambda text, _: OK), "", after)
    result = heard.one()
    assert result.kind == "timeout"
    assert result.error == "python did not answer within 0.1 s"
    assert stuck.cancelled.is_set()
    assert after.one().kind == "ok"
    go.set()
    assert heard.nothing(), "what it says later is nobody's"


def test_too_many_stuck_threads_are_the_end_of_it_until_some_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine.tool_runner, "MAX_STUCK", 2)
    go, heard = threading.Event(), Heard()
    runner = ToolRunner(threads=2, timeout_s=0.1)
    for _ in range(2):
        runner.start(until_set(go), "", heard)
    assert [heard.one().kind for _ in range(2)] == ["timeout"] * 2
    calc = raw_tool("calc", lambda text, _: OK)
    runner.start(calc, "", heard)
    assert heard.one().kind == "unavailable"
    go.set()
    for _ in range(600):
        runner.start(calc, "", heard)
        if heard.one().kind == "ok":
            return
        time.sleep(0.1)
    pytest.fail("it never recovered")


def test_closing_cancels_all_and_refuses_more() -> None:
    runner, heard = ToolRunner(threads=1), Heard()
    calls = [runner.start(until_cancelled(), "", heard) for _ in range(3)]
    runner.close()
    assert all(call.cancelled.is_set() for call in calls)
    assert heard.nothing()
    runner.start(until_cancelled(), "", heard)
    assert heard.one().kind == "unavailable"
