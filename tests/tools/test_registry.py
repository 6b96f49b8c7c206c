"""Which tools there are; other people's packages may be broken in every way."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from tools.registry import ENTRY_POINTS, Registry
from tools.result import ToolResult
from tools.tool import Tool


def made(name: str, start: str | None = None, end: str | None = None) -> Tool:
    return Tool(
        name=name,
        start=start or f"<{name}_start>",
        end=end or f"<{name}_end>",
        trust="pure",
        doc="A tool.",
        function=lambda text, cancelled: ToolResult(kind="ok", output=text),
    )


def test_tools_in_the_order_they_came() -> None:
    registry = Registry([made("b"), made("a")])
    assert registry.names == ("b", "a")
    assert [tool.name for tool in registry] == ["b", "a"]
    assert len(registry) == 2
    assert registry.get("a") is list(registry)[1]
    assert registry.get("c") is None


@pytest.mark.parametrize(
    "other",
    [
        made("a"),
        made("b", start="<a_start>"),
        made("b", start="<a_end>"),
        made("b", end="<a_end>"),
        made("b", end="<a_start>"),
        made("b", start="<same>", end="<same>"),
    ],
)
def test_a_name_and_tokens_are_ones_own(other: Tool) -> None:
    registry = Registry([made("a")])
    with pytest.raises(ValueError, match=r"already|its own"):
        registry.add(other)
    assert registry.names == ("a",)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Write a module and have an entry point to something in it."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def write(code: str, target: str = "it", module: str = "somebodys_tool") -> EntryPoint:
        (tmp_path / f"{module}.py").write_text(dedent(code))
        sys.modules.pop(module, None)
        return EntryPoint(name="entry", value=f"{module}:{target}", group=ENTRY_POINTS)

    yield write
    sys.modules.pop("somebodys_tool", None)


GOOD = """
    from tools.tool import tool

    @tool(start="<|it_start|>", end="<|it_end|>", trust="pure")
    def it(text: str) -> str:
        "Say it backwards."
        return text[::-1]
"""


def test_a_package_adds_a_tool(package: Any) -> None:
    registry = Registry([made("a")])
    registry.add_installed([package(GOOD)])
    assert registry.names == ("a", "it")
    assert registry.problems == []
    found = registry.get("it")
    assert found is not None
    assert found("abc").output == "cba"


@pytest.mark.parametrize(
    ("code", "target"),
    [
        ("it = 1", "it"),
        ("def it(text): return text", "it"),
        ("", "it"),
        ("1 / 0", "it"),
        ("raise SystemExit(3)", "it"),
        ("import no_such_package_anywhere", "it"),
        ("this is no python", "it"),
        (GOOD.replace("|it_start|", "a_start"), "it"),
        (GOOD.replace("def it", "def a"), "a"),
        (GOOD.replace('"Say it backwards."', ""), "it"),
        (GOOD, "it.no.such.attribute"),
    ],
)
def test_a_broken_package_is_left_out_and_named(package: Any, code: str, target: str) -> None:
    registry = Registry([made("a", start="<a_start>", end="<a_end>")])
    registry.add_installed([package(code, target), package(GOOD.replace("it(", "fine("), "fine",
                                                           "another")])  # fmt: skip
    sys.modules.pop("another", None)
    assert registry.get("a") is not None
    assert len(registry.problems) >= 1
    assert "'entry'" in registry.problems[0]


def test_a_package_that_is_interrupted_is_not_swallowed(package: Any) -> None:
    with pytest.raises(KeyboardInterrupt):
        Registry().add_installed([package("raise KeyboardInterrupt")])


def test_problems_are_plain_text(package: Any) -> None:
    registry = Registry()
    registry.add_installed([package("raise ValueError('\\x1b[2J\\nforged line' + 'x' * 9999)")])
    (problem,) = registry.problems
    assert problem.isprintable()
    assert len(problem) < 700
