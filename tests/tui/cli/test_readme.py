"""The README's table of commands, held against the commands there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tui.cli import main

README = Path(__file__).parents[3] / "README.md"
ROWS = [
    re.split(r"(?<!\\)\|", line)[1]
    for line in README.read_text("utf-8").splitlines()
    if line.startswith("| `llmlab ")
]
"""First cells."""
COMMAND = re.compile(r"`llmlab((?: [a-z]+\b)+)")
OPTION = re.compile(r"--[a-z][a-z-]*")


def help_of(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main([*words, "--help"])
    out = capsys.readouterr().out
    assert ended.value.code == 0
    return out


def named(row: str) -> list[list[str]]:
    return [words.split() for words in COMMAND.findall(row)]


@pytest.mark.parametrize("row", ROWS)
def test_what_the_readme_says_can_be_said(row: str, capsys: pytest.CaptureFixture[str]) -> None:
    commands = named(row)
    assert commands
    known = {option for words in commands for option in OPTION.findall(help_of(capsys, *words))}
    assert set(OPTION.findall(row)) <= known


def test_every_command_stands_in_the_readme(capsys: pytest.CaptureFixture[str]) -> None:
    """Those below ``data``, ``probe`` and others stand in docs/commands.md, which is generated."""
    there = set(re.findall(r"^    ([a-z]+)\b", help_of(capsys), re.MULTILINE))
    assert len(there) >= 20
    assert there <= {words[0] for row in ROWS for words in named(row) if words}
