"""``llmlab probe alternatives``: other ways to keep a model from making things up, in one table."""

from __future__ import annotations

import argparse
from pathlib import Path

from engine.errors import LabError
from engine.files import write_atomic
from engine.idk.alternatives.rows import COLUMNS, Row, in_order, markdown
from engine.paths import expanded
from tui.cli.output import emit_json, narrate, table


def run(arguments: argparse.Namespace) -> int:
    """Measure row after row, and print those there are when it ends, however it ends.

    Raises:
        LabError: a checkpoint, number or file that cannot be used, a run that is training already,
            a full disk.
    """
    out = None if arguments.out is None else expanded(arguments.out)
    if out is not None and out.suffix != ".md":
        raise LabError(f"{out} would not be Markdown. Give --out a name that ends in .md.")
    from engine.idk.alternatives.compare import Comparison, compare

    wanted = Comparison(
        parent=arguments.from_checkpoint,
        idk=arguments.idk,
        per_group=arguments.per_group,
        split=arguments.split,
    )
    rows: list[Row] = []
    try:
        for row in compare(wanted, narrate):
            rows.append(row)
            narrate(f"{row.title}: {', '.join(_figures(row))}")
    except KeyboardInterrupt:
        _show(rows, arguments, out)
        narrate("Stopped; what was measured is kept. The same command goes on from there.")
        return 130
    except LabError:
        _show(rows, arguments, out)
        raise
    _show(rows, arguments, out)
    return 0


def _show(measured: list[Row], arguments: argparse.Namespace, out: Path | None) -> None:
    rows = in_order(measured)
    if not rows:
        return
    if arguments.json:
        emit_json([row.to_json() for row in rows])
    else:
        table(
            [("", *COLUMNS.values()), *((row.title, *row.cells) for row in rows)],
            right=range(1, len(COLUMNS) + 1),
        )
        for row in rows:
            if row.note:
                print(f"{row.title}: {row.note}")
    if out is not None:
        write_atomic(out, markdown(rows, arguments.split, arguments.per_group).encode())
        narrate(f"written: {out}")


def _figures(row: Row) -> list[str]:
    return [f"{head} {cell}" for head, cell in zip(COLUMNS.values(), row.cells, strict=True)]
