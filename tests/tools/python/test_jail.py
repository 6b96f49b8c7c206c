"""What a program's result says: output, values, errors with their line, bounds."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tools.python import Jail, Tier, python_tool
from tools.python.cell import _verdict
from tools.python.talk import Ending
from tools.result import Kind


@pytest.mark.parametrize(
    ("code", "output"),
    [
        ("2 + 3", "5"),
        ("x = 2\nx + 3", "5"),
        ("print('a')\n2 + 3", "a"),
        ("'text'", "'text'"),
        ("None", ""),
        ("x = 5", ""),
        ("", ""),
        ("for i in range(3): print(i)", "0\n1\n2"),
        ("import sys; print('e', file=sys.stderr); print('o')", "e\no"),
        ("print('no newline', end='')", "no newline"),
        ("import sys; sys.stdout.write('ü€😀')", "ü€😀"),
        ("'strawberry'.count('r')", "3"),
        ("import sympy; sympy.factor(sympy.Symbol('x')**2 - 1)", "(x - 1)*(x + 1)"),
        ("from sympy.ntheory import isprime; isprime(97)", "True"),
        ("import sympy.plotting.series; 1", "1"),
        ("import mpmath; mpmath.mpf(2) ** 10", "mpf('1024.0')"),
        ("class A: pass\nimport pickle; type(pickle.loads(pickle.dumps(A()))).__name__", "'A'"),
        ("from dataclasses import dataclass\n@dataclass\nclass P:\n  x: int\nP(1)", "P(x=1)"),
        ("__name__", "'__main__'"),
        ("import atexit; atexit.register(print, 'bye'); print('hi')", "hi\nbye"),
        ("import sys; print('a'); sys.exit()", "a"),
        ("print('a')\nexit(0)", "a"),
        ("import json, re, csv, random, statistics, itertools, decimal, fractions; 1", "1"),
    ],
)
def test_output_is_what_it_prints_or_its_last_value(jail: Jail, code: str, output: str) -> None:
    result = jail.run(code)

    assert (result.kind, result.output, result.error) == ("ok", output, "")
    assert result.elapsed_ms > 0
    assert jail.tier is not None
    assert result.tier == jail.tier.text


@pytest.mark.parametrize(
    ("code", "kind", "error"),
    [
        ("1/0", "error", "line 1: ZeroDivisionError: division by zero"),
        ("x = 1\n\ny = x.z", "error", "line 3: AttributeError: 'int' object has no attribute 'z'"),
        ("def f():\n  raise KeyError('k')\nf()", "error", "line 2: KeyError: 'k'"),
        ("import json\njson.loads('{')", "error", "line 2: JSONDecodeError"),
        ("x = (1,\n", "error", "line 1: SyntaxError: '(' was never closed"),
        ("if 1:\nx", "error", "line 2: IndentationError"),
        ("input()", "error", "line 1: EOFError"),
        ("import numpy", "error", "No module named 'numpy' (there are the standard library, sympy"),
        ("raise SystemExit('no')", "error", "line 1: SystemExit: no"),
        ("raise KeyboardInterrupt", "error", "line 1: KeyboardInterrupt"),
        ("class E(BaseException):\n  __str__ = None\nraise E", "error", "cannot be printed"),
        ("raise ValueError('x' * 10**6)", "error", "line 1: ValueError: xxx"),
        ("raise ValueError('\\x1b[31mred')", "error", "line 1: ValueError: red"),
        ("import atexit; atexit.register(lambda: 1/0)", "ok", ""),
        ("open('data.txt')", "blocked", "the jail has no files"),
        ("import socket; socket.socket()", "blocked", "no files, network, processes or threads"),
        ("[0] * 10**10", "limit", "line 1: MemoryError: out of memory (a program has 256 MB)"),
        ("import os; os._exit(7)", "crashed", "without a result (exit status 7)"),
    ],
)
def test_an_error_is_one_line(jail: Jail, code: str, kind: Kind, error: str) -> None:
    result = jail.run(code)

    assert result.kind == kind
    assert error in result.error
    assert len(result.error) <= 500
    assert "\n" not in result.error.strip()


def test_output_before_an_error_is_kept(jail: Jail) -> None:
    result = jail.run("print('before')\n1/0")

    assert result.text == "before\nerror: line 2: ZeroDivisionError: division by zero"


@pytest.mark.parametrize("code", ["print('x' * 100_000)", "'y' * 100_000", "print('\\n' * 10**6)"])
def test_long_output_is_cut(jail: Jail, code: str) -> None:
    result = jail.run(code)

    assert result.ok
    assert len(result.output) <= 20_000


def test_output_before_a_time_out_is_kept(jail: Jail) -> None:
    result = jail.run("print('before')\nwhile True: pass", timeout_s=1.0)

    assert (result.kind, result.output) == ("timeout", "before")
    assert result.error == "it ran longer than 1 s and was stopped"


def test_cancelling_kills(jail: Jail) -> None:
    cancelled = threading.Event()
    timer = threading.Timer(0.3, cancelled.set)
    timer.start()
    begun = time.monotonic()

    result = jail.run("while True: pass", cancelled)

    timer.join()
    assert result.kind == "cancelled"
    assert time.monotonic() - begun < 20


def test_a_call_that_waits_for_room_can_be_cancelled(jail: Jail) -> None:
    cancelled = threading.Event()
    with ThreadPoolExecutor(20) as pool:
        running = [pool.submit(jail.run, "while True: pass", cancelled) for _ in range(20)]
        time.sleep(0.3)
        cancelled.set()

        assert {each.result(timeout=20).kind for each in running} == {"cancelled"}


def test_200_calls_at_once_lose_none(jail: Jail) -> None:
    with ThreadPoolExecutor(200) as pool:
        results = list(pool.map(lambda i: jail.run(f"print({i} * {i})"), range(200)))

    assert [r.text for r in results] == [str(i * i) for i in range(200)]


@pytest.mark.parametrize("timeout_s", [0, -1, 61, float("nan"), float("inf")])
def test_a_time_out_has_bounds(jail: Jail, timeout_s: float) -> None:
    with pytest.raises(ValueError, match="at most 60"):
        jail.run("1", timeout_s=timeout_s)
    with pytest.raises(ValueError, match="at most 60"):
        Jail(timeout_s=timeout_s)


@pytest.mark.parametrize("bounds", [{"memory_mb": 0}, {"ahead": -1}])
def test_a_jail_has_bounds(bounds: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="a jail of"):
        Jail(**bounds)  # type: ignore[arg-type]


def test_a_program_has_a_length(jail: Jail) -> None:
    assert jail.run("#" * 100_001).kind == "limit"
    assert jail.run("#" * 99_998 + "\n7").output == "7"


def test_random_numbers_differ_from_call_to_call(jail: Jail) -> None:
    code = "import random, os, uuid; (random.random(), os.urandom(4), uuid.uuid4())"

    assert len({jail.run(code).output for _ in range(4)}) == 4


def test_the_tool_runs_in_the_jail(jail: Jail) -> None:
    tool = python_tool(jail)

    assert (tool.name, tool.trust) == ("python", "jailed")
    assert tool("6 * 7").output == "42"
    assert tool("1/0").kind == "error"
    assert len(tool("print('x' * 10_000)").output) <= tool.max_output_chars
    cancelled = threading.Event()
    cancelled.set()
    assert tool("while True: pass", cancelled).kind == "cancelled"


def test_a_tier_that_is_not_there_is_not_lowered() -> None:
    jail = Jail(tier=Tier.MACOS)

    result = jail.run("1")

    assert jail.tier is None
    assert result.kind == "unavailable"
    assert "darwin" in result.error
    assert jail.call("solve", "x = 1").kind == "unavailable"


def test_limits_alone_are_refused_without_the_flag() -> None:
    refused = Jail(tier=Tier.LIMITS)
    assert refused.run("1").kind == "unavailable"
    assert "--unsafe-python" in refused.run("1").error


@pytest.mark.parametrize(("status", "name"), [(-11, "SIGSEGV"), (-40, "signal 40"), (-64, "SIG")])
def test_every_signal_has_a_name(status: int, name: str) -> None:
    kind, error = _verdict(Ending(status=status), timeout_s=1.0, memory_mb=1)
    assert kind == "crashed"
    assert error.startswith(f"it crashed ({name}")


def test_limits_alone_work_with_the_flag() -> None:
    with Jail(tier=Tier.LIMITS, unsafe=True, timeout_s=30) as jail:
        assert jail.tier is Tier.LIMITS
        assert jail.run("2 + 3").output == "5"
        assert jail.run("[0] * 10**10").kind == "limit"
        assert jail.run("while True: pass", timeout_s=0.5).kind == "timeout"
