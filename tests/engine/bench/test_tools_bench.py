"""``llmlab bench tools``: what it says of tools that are known, and once of the real ones."""

from __future__ import annotations

from contextlib import nullcontext
from threading import Lock
from types import SimpleNamespace
from typing import Any

import pytest

from engine import tools_here
from engine.bench import tools as bench
from engine.bench.tools import PROGRAMS, Counts, run_tools_bench
from engine.data.world import PICO_WORLD
from engine.errors import LabError
from engine.tools_here import Standing
from tools.registry import Registry
from tools.result import ToolResult
from tools.tool import Tool
from tui.cli.bench_tools import print_tools

TINY = Counts(plain=2, sympy=1, concurrent=6, threads=3, cheap=4, starts=1)


def say_nothing(_: str) -> None:
    pass


class ScriptedJail:
    """Prints what a fresh process would; loses every ``nth`` of the calls at once."""

    def __init__(self, lose: int = 0) -> None:
        self.codes: list[str] = []
        self._lose = lose
        self._lock = Lock()

    def run(self, code: str) -> ToolResult:
        with self._lock:
            self.codes.append(code)
            n_sevens = sum("* 7" in code for code in self.codes)
        if "* 7" in code and self._lose and n_sevens % self._lose == 0:
            return ToolResult(kind="crashed", error="lost")
        if "* 7" in code:
            return ToolResult(kind="ok", output=str(int(code[6:].split(" ")[0]) * 7))
        return fresh(code)


def fresh(code: str) -> ToolResult:
    return ToolResult(kind="ok", output=dict(PROGRAMS.values()).get(code, "1"))


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Any:
    def use(jail: ScriptedJail, kind: Any = "ok") -> None:
        search = Tool(
            name="search", start="<a>", end="<b>", trust="pure", doc="Search.",
            function=lambda text, cancelled: ToolResult(kind=kind, output="found"),
        )  # fmt: skip
        opened = SimpleNamespace(
            jail=jail, registry=Registry([search]), standing=lambda _: Standing(tier="scripted")
        )
        monkeypatch.setattr(bench, "open_tools", lambda **_: nullcontext(opened))
        monkeypatch.setattr(bench, "_fresh", lambda flags, code: fresh(code))

    return use


def test_every_figure_is_there(scripted: Any, capsys: pytest.CaptureFixture[str]) -> None:
    jail = ScriptedJail()
    scripted(jail)
    report = run_tools_bench(say_nothing, TINY)
    assert report["tier"] == "scripted"
    assert report["concurrent"]["calls"] == 6
    assert report["concurrent"]["lost"] == 0
    assert report["python"]["rounds"] == 2
    assert set(report["python"]["times_faster"]) == {"fresh", "bare"}
    assert set(report["sympy"]["times_faster"]) == {"fresh"}
    assert (
        jail.codes.count(PROGRAMS["python"][0]) == 5
    )  # one to warm up, two in turns, two in a row
    print_tools(report)
    out = capsys.readouterr().out
    for text in (
        "scripted",
        "times faster",
        "bare",
        "6 calls from 3 threads",
        "0 lost",
        "calculator",
    ):
        assert text in out


def test_lost_calls_are_counted(scripted: Any) -> None:
    scripted(ScriptedJail(lose=2))
    assert run_tools_bench(say_nothing, TINY)["concurrent"]["lost"] == 3


@pytest.mark.parametrize("output", ["something else", ""])
def test_both_must_print_what_the_program_prints(
    scripted: Any, monkeypatch: pytest.MonkeyPatch, output: str
) -> None:
    scripted(ScriptedJail())
    other = ToolResult(kind="ok", output=output)
    monkeypatch.setattr(bench, "_fresh", lambda flags, code: other)
    with pytest.raises(LabError, match="does not work here"):
        run_tools_bench(say_nothing, TINY)


def test_a_tool_that_does_not_work_is_a_sentence(scripted: Any) -> None:
    scripted(ScriptedJail(), kind="unavailable")
    with pytest.raises(LabError, match="does not work here"):
        run_tools_bench(say_nothing, TINY)


def test_the_tools_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(tools_here.open_tools.__kwdefaults__, "world", PICO_WORLD)
    said: list[str] = []
    report = run_tools_bench(said.append, TINY)
    assert report["concurrent"]["lost"] == 0
    # Not a measurement, but no machine is so strange that a warm jail is the slower one.
    assert report["sympy"]["times_faster"]["fresh"] > 1
    assert 0 < report["calculator"]["p50_us"] < 1e5
    assert 0 < report["search"]["p50_ms"] < 1e4
    assert report["start"]["p50_ms"] > 0
    assert any("cold start" in text for text in said)
