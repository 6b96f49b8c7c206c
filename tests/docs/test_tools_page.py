"""What docs/tools.md says is so: its example is run, its lists are complete."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import get_args

import pytest

from tools.calculator import calculate
from tools.calculator.functions import CONSTANTS, FUNCTIONS
from tools.registry import ENTRY_POINTS, Registry
from tools.result import Kind
from tools.search.settings import PROVIDERS

PAGE = (Path(__file__).parents[2] / "docs" / "tools.md").read_text("utf-8")


def block(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return str(found)


def test_the_example_is_a_tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "my_package"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "spelling.py").write_text(block("python"))
    monkeypatch.syspath_prepend(str(tmp_path))
    ((name, value),) = tomllib.loads(block("toml"))["project"]["entry-points"][ENTRY_POINTS].items()
    registry = Registry()
    registry.add_installed([EntryPoint(name=name, value=value, group=ENTRY_POINTS)])
    assert registry.problems == []
    spell = registry.get("spell")
    assert spell is not None
    assert spell("tool").output == "t o o l"
    assert spell("two words").error == "'two words' is not one word"


def test_lists_are_complete() -> None:
    for name in (*get_args(Kind), *PROVIDERS):
        assert f"`{name}`" in PAGE, name
    calculator = PAGE.partition("## calc")[2].partition("## python")[0]
    for name in (*FUNCTIONS, *CONSTANTS):
        assert re.search(rf"\b{name}\b", calculator), name


def test_the_calculator_says_what_the_page_says() -> None:
    for text, answer in re.findall(r'^\$ llmlab tool calc "(.*)"\n(.*)$', PAGE, re.MULTILINE):
        assert calculate(text) == answer
    assert calculate("0.1 + 0.2") == "0.3"
