"""Pieces of Markdown that take any text as nothing but text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tui.safe_text import one_line, visible

Cell = str | int | float | None


def inline(text: str) -> str:
    """Words in a line."""
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|<>~&])", r"\\\1", visible(text))


def code(text: str) -> str:
    """Words in a line, as code."""
    return f"`{one_line(text).replace('`', chr(0x2BC))}`"


def fenced(text: str, language: str = "") -> str:
    """A code block whose fence is longer than any run of backticks in it."""
    text = visible(text)
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def quote(text: str) -> str:
    """Paragraphs that somebody said."""
    return "\n".join(f"> {inline(line)}" if line else ">" for line in text.split("\n"))


def table(titles: Sequence[str], lines: Iterable[Sequence[Cell]]) -> str:
    """A table; what it says is text, and a line is a line.

    Args:
        titles: of the columns.
        lines: as many cells each; None is an empty one.
    """
    rows = [[_cell(cell) for cell in line] for line in lines]
    head = [[_cell(title) for title in titles], ["---"] * len(titles)]
    return "\n".join(f"| {' | '.join(row)} |" for row in [*head, *rows])


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6g}"
    # What only means something where a line begins is left as it is.
    return re.sub(r"([\\`*_\[\]|<>~&])", r"\\\1", one_line(str(value)))
