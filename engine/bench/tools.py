"""The tools' speed: Python in the jail beside a fresh process a call, the calculator, the search.

A fresh process is what most do without a jail. Both run the same code under the same interpreter,
in turns within each round, so that a machine that slows down does so for both.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Any

from engine.bench.contenders import Say
from engine.bench.figures import median_ratio, percentile, rounded
from engine.data.world import KNOWN_EXAMPLE, UNKNOWN_EXAMPLE
from engine.errors import LabError
from engine.tools_here import OpenTools, open_tools
from tools.calculator import calc_tool
from tools.result import ToolResult
from tools.tool import Tool

PROGRAMS = {
    "python": ("print(sum(n * n for n in range(100)))", "328350"),
    "sympy": (
        "import sympy; x = sympy.symbols('x'); print(sympy.factor(x**4 - 1))",
        "(x - 1)*(x + 1)*(x**2 + 1)",
    ),
}
"""What is run, and what it must print."""
PEERS: dict[str, Sequence[str]] = {"fresh": (), "bare": ("-I", "-S")}
"""Fresh processes: as one is started usually, and without what slows an environment's start; the
latter finds no installed packages."""
SUMS = ("37 + 48", "1/3 + 1/6", "(12.5 - 2.25) * 4", "sqrt(2) * 3", "2 ** 100 % 97")
QUERIES = (
    f"{KNOWN_EXAMPLE[0]} birthplace",
    f"{UNKNOWN_EXAMPLE[0]} occupation",
    "who worked as a clockmaker",
    "Nobody Whatever born",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """How often each thing is done."""

    plain: int = 40
    sympy: int = 7
    concurrent: int = 200
    threads: int = 64
    cheap: int = 200
    """Calls of the calculator and the search, each."""
    starts: int = 3


def run_tools_bench(say: Say, counts: Counts | None = None) -> dict[str, Any]:
    """Measure all tools of this machine.

    Returns:
        ``tier`` of the jail; ``python`` and ``sympy``, each with ``warm_p50_ms``, that of each
        peer, ``in_a_row_p50_ms`` and ``times_faster`` than each peer (the median of the ratios
        within a round); ``concurrent`` (how many ``calls`` at once, how many ``lost``); ``start``,
        to a new jail's first result, in ms; ``calculator`` in µs and ``search`` in the pocket web
        in ms.

    Raises:
        LabError: there is no jail here, or a tool failed.
    """
    counts = counts or Counts()
    with open_tools(say=say) as tools:
        say("tools: starting the jail, and the index of the pocket web")
        search = _tool(tools, "search")
        _seconds(search, QUERIES[0])
        return {
            "tier": tools.standing("python").tier,
            "python": _beside_fresh(tools, "python", ("fresh", "bare"), counts.plain, say),
            "sympy": _beside_fresh(tools, "sympy", ("fresh",), counts.sympy, say),
            "concurrent": _at_once(tools, counts, say),
            "start": _starts(counts, say),
            "calculator": _cheap("calculator", calc_tool(), SUMS, counts.cheap, 1e6, "us", say),
            "search": _cheap("search", search, QUERIES, counts.cheap, 1e3, "ms", say),
        }


def _beside_fresh(
    tools: OpenTools, what: str, peers: Sequence[str], rounds: int, say: Say
) -> dict[str, Any]:
    say(f"tools: {what}, {rounds} rounds")
    code, printed = PROGRAMS[what]
    calls: dict[str, Callable[[str], ToolResult]] = {"warm": tools.jail.run}
    calls |= {peer: partial(_fresh, PEERS[peer]) for peer in peers}
    times: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(rounds + 1):
        for name, call in calls.items():
            seconds = _seconds(call, code, printed)
            if number:  # The first round warms the disk's cache.
                times[name].append(seconds)
    # With nobody else's turn between them, there is less time to fork ahead in.
    in_a_row = [_seconds(tools.jail.run, code, printed) for _ in range(rounds)]
    return {
        "code": code,
        "rounds": rounds,
        **{f"{name}_p50_ms": rounded(median(taken) * 1e3) for name, taken in times.items()},
        "warm_p95_ms": rounded(percentile(times["warm"], 0.95) * 1e3),
        "in_a_row_p50_ms": rounded(median(in_a_row) * 1e3),
        "times_faster": {peer: median_ratio(times[peer], times["warm"]) for peer in peers},
    }


def _fresh(flags: Sequence[str], code: str) -> ToolResult:
    command = (sys.executable, *flags, "-c", code)
    done = subprocess.run(command, capture_output=True, text=True)
    return ToolResult(kind="crashed" if done.returncode else "ok", output=done.stdout.strip())


def _at_once(tools: OpenTools, counts: Counts, say: Say) -> dict[str, Any]:
    say(f"tools: {counts.concurrent} calls at once")
    with ThreadPoolExecutor(counts.threads) as pool:
        began = time.perf_counter()
        done = list(pool.map(lambda n: tools.jail.run(f"print({n} * 7)"), range(counts.concurrent)))
        seconds = time.perf_counter() - began
    right = sum(result.ok and result.output == str(n * 7) for n, result in enumerate(done))
    return {
        "calls": counts.concurrent,
        "threads": counts.threads,
        "lost": counts.concurrent - right,
        "calls_per_s": rounded(counts.concurrent / seconds),
    }


def _starts(counts: Counts, say: Say) -> dict[str, Any]:
    """From nothing to the first result: sympy is imported and warmed in it."""
    times = []
    for number in range(counts.starts):
        say(f"tools: cold start {number + 1} of {counts.starts}")
        with open_tools() as tools:
            times.append(_seconds(tools.jail.run, "print(1)"))
    return {"rounds": counts.starts, "p50_ms": rounded(median(times) * 1e3)}


def _cheap(
    what: str, tool: Tool, texts: Sequence[str], calls: int, scale: float, unit: str, say: Say
) -> dict[str, Any]:
    say(f"tools: {what}, {calls} calls")
    times = [_seconds(tool, texts[n % len(texts)]) for n in range(calls)]
    return {
        "calls": calls,
        f"p50_{unit}": rounded(median(times) * scale),
        f"p95_{unit}": rounded(percentile(times, 0.95) * scale),
    }


def _tool(tools: OpenTools, name: str) -> Tool:
    found = tools.registry.get(name)
    assert found is not None, name
    return found


def _seconds(call: Callable[[str], ToolResult], text: str, expected: str | None = None) -> float:
    """How long a call took that cannot fail where the tool works.

    Raises:
        LabError: it failed, or its output is not what is ``expected``.
    """
    began = time.perf_counter()
    result = call(text)
    seconds = time.perf_counter() - began
    if not result.ok or expected not in (None, result.output):
        raise LabError(
            f"A tool does not work here: {text!r} gave {result.text!r}, so there is nothing to "
            "measure. llmlab info says how Python is contained."
        )
    return seconds
