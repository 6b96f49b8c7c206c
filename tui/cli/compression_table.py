"""How tokenizers compress, as a table for the terminal or as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.vocab.compression import Row
from tui.cli.output import narrate, table


def show_compression(rows: Sequence[Row]) -> None:
    """Print bytes a token, a column for each tokenizer; what cannot be had is told below."""
    there = [row for row in rows if row.unavailable is None]
    lines = [("bytes a token", *(row.name for row in there))]
    for number, count in enumerate(there[0].counts if there else ()):
        figures = (f"{row.counts[number].bytes_per_token:.2f}" for row in there)
        lines.append((count.kind.name, *figures))
    lines.append(("entries", *(f"{row.n_vocab:,}" for row in there)))
    table(lines, right=range(1, len(lines[0])))
    for row in rows:
        if row.unavailable is not None:
            narrate(row.unavailable)


def compression_json(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The same for programs."""
    return [
        {
            "tokenizer": row.name,
            "n_vocab": row.n_vocab,
            "unavailable": row.unavailable,
            "bytes_per_token": {
                count.kind.name: round(count.bytes_per_token, 3) for count in row.counts
            },
        }
        for row in rows
    ]
