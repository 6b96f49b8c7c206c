"""Where words and data go: narration to stderr, data to stdout, JSON only when asked for."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any


def narrate(text: str) -> None:
    """Tell a person what happens; never part of the data. Names and errors may quote anybody."""
    print(printable(text), file=sys.stderr, flush=True)


def emit_json(value: Any) -> None:
    """Print one JSON document or item on a line of its own."""
    text = json.dumps(value, ensure_ascii=False)
    if not text.isascii():
        # Half of a surrogate pair, as an id of somebody's file may hold, has no UTF-8: escape it.
        text = text.encode("utf-8", "backslashreplace").decode()
    print(text, flush=True)


def printable(text: str) -> str:
    """Other people's text for a terminal: control characters shown, not obeyed."""
    return "".join(
        c if c.isprintable() or c == "\n" else f"\\x{ord(c):02x}" if ord(c) < 256 else "\ufffd"
        for c in text
    )


def left(seconds: float) -> str:
    """The time that something still takes: ``left 3:07``."""
    return f"left {int(seconds // 60)}:{int(seconds % 60):02d}"


def table(rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> None:
    """Print aligned columns, the first row as the head; ``right`` names right-aligned columns."""
    rows = [[printable(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = [
            cell.rjust(widths[i]) if i in right else cell.ljust(widths[i])
            for i, cell in enumerate(row)
        ]
        print("  ".join(cells).rstrip())
