"""The fallback, where it is installed."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from tools.python import Jail, Tier
from tools.result import Kind

pytest.importorskip("pydantic_monty")


@pytest.fixture(scope="module")
def monty() -> Iterator[Jail]:
    with Jail(tier=Tier.MONTY, timeout_s=20, memory_mb=64) as jail:
        yield jail


@pytest.mark.parametrize(
    ("code", "kind", "text"),
    [
        ("2 + 3", "ok", "5"),
        ("print('hi')\n2", "ok", "hi"),
        ("x = 1", "ok", "(no output)"),
        ("x = 1\n1/0", "error", "line 2: ZeroDivisionError"),
        ("x = (", "error", "SyntaxError"),
        ("open('/etc/passwd').read()", "blocked", "PermissionError"),
        ("import socket", "error", "ModuleNotFoundError"),
        ("[0] * 10**9", "limit", "MemoryError"),
        ("print('x' * 100_000)", "ok", "xxx"),
        ("print('\\x1b[2J\\u202ea')", "ok", "a"),
    ],
)
def test_results(monty: Jail, code: str, kind: Kind, text: str) -> None:
    result = monty.run(code)

    assert result.kind == kind
    assert text in result.text
    assert len(result.output) <= 20_000
    assert result.tier == Tier.MONTY.text


def test_it_stops_in_time(monty: Jail) -> None:
    assert monty.run("while True: pass", timeout_s=0.3).kind == "timeout"
    assert monty.run("6 * 7").output == "42"


def test_it_has_no_maths_and_can_be_cancelled_before(monty: Jail) -> None:
    cancelled = threading.Event()
    cancelled.set()

    assert monty.call("solve", "x = 1").kind == "unavailable"
    assert monty.run("1", cancelled).kind == "cancelled"
