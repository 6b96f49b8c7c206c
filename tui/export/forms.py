"""Contents in the three forms that a text can have, piece by piece; making them blocks.

CSV is for spreadsheets, which take a cell that begins with ``=``, ``+``, ``-`` or ``@`` for a
formula and compute it: such text gets a ``'`` before it, which they show as text. Numbers stay
numbers, and control characters become visible signs. JSONL has every text exactly as it is.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.errors import LabError
from tui.export.markdown import inline
from tui.panes.pane import Contents
from tui.safe_text import visible

_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
"""What a model card has for the hub's machines."""
_FORMULA = ("=", "+", "-", "@")


def to_markdown(contents: Contents) -> Iterator[str]:
    """A page to read.

    Raises:
        LabError: the file that belongs below it cannot be read.
    """
    below = "" if contents.card is None else _read(contents.card)
    yield f"# {inline(contents.title)}\n"
    yield from (f"\n{block}\n" for block in (*contents.blocks, below) if block)


def to_jsonl(contents: Contents) -> Iterator[str]:
    """A row a line; what is no number (NaN, infinite) is null."""
    return (json.dumps(_plain(row), allow_nan=False) + "\n" for row in contents.rows)


def to_csv(contents: Contents) -> Iterator[str]:
    """A row a line under the names of the columns; a cell that is a list or a record is JSON."""
    names = list(dict.fromkeys(name for row in contents.rows for name in row))
    yield _csv_line(names)
    yield from (_csv_line([row.get(name) for name in names]) for row in contents.rows)


def _csv_line(values: Sequence[Any]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(map(_cell, values))
    return line.getvalue()


Form = Callable[[Contents], Iterator[str]]
FORMS: dict[str, Form] = {
    ".md": to_markdown,
    ".jsonl": to_jsonl,
    ".csv": to_csv,
}


def _read(card: Path) -> str:
    try:
        text = card.read_text("utf-8", "replace")
    except OSError as error:
        raise LabError(
            f"{card} cannot be read: {error.strerror or error}. Choose .jsonl or .csv, which have "
            "no need of it."
        ) from error
    return visible(_FRONT_MATTER.sub("", text.replace("\r\n", "\n"))).strip()


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(each) for each in value]
    return value


def _cell(value: Any) -> str | int | float:
    value = _plain(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return value
    text = value if isinstance(value, str) else json.dumps(value)
    text = visible(text)
    return f"'{text}" if text.lstrip(" \n").startswith(_FORMULA) else text
