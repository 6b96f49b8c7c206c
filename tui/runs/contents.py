"""What the Runs pane shows, as it is written to a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tui.panes.pane import Contents
from tui.runs.lineage_text import figures_words, markdown
from tui.runs.row import Row, row_record
from tui.runs.table import figure_words, size_words, steps_words, time_words
from tui.safe_text import one_line

if TYPE_CHECKING:
    from engine.disk_use import DiskUse
    from engine.lineage import Line
    from tui.widgets.runs_head import View
    from tui.widgets.runs_plot import Shown


def contents_of(
    view: View, rows: Sequence[Row], shown: Shown, lines: Sequence[Line], use: DiskUse | None
) -> Contents | None:
    """Of one view; None where nothing is in it."""
    if view == "curves":
        return _curves(shown) if shown.drawn else None
    if view == "lineage":
        return _lineage(lines) if lines else None
    if view == "disk":
        return _disk(use) if use is not None else None
    return _table(rows) if rows else None


def _table(rows: Sequence[Row]) -> Contents:
    titles = ("run", "stage", "state", "steps", "figure", "time", "on disk", "started", "note")
    lines = [
        (row.name, row.stage, row.state, steps_words(row), figure_words(row), time_words(row),
         size_words(row.extra.size) if row.extra else "", row.started, row.note)
        for row in rows
    ]  # fmt: skip
    return Contents("Runs", _markdown(titles, lines), tuple(map(row_record, rows)))


def _curves(shown: Shown) -> Contents:
    records: list[Mapping[str, Any]] = [
        {"run": each.name, shown.axis: x, shown.figure: mean, "smoothed": smooth}
        for each in shown.drawn
        for x, mean, smooth in zip(each.points.xs, each.points.means, each.smooth, strict=True)
    ]
    lines = [
        (each.letter, each.name, f"{each.points.means[0]:.4g}", f"{min(each.points.lows):.4g}",
         f"{max(each.points.highs):.4g}", f"{each.points.means[-1]:.4g}")
        for each in shown.drawn
    ]  # fmt: skip
    table = _markdown(("", "run", "first", "least", "highest", "last"), lines)
    return Contents(f"{shown.figure} by {shown.axis}", table, tuple(records))


def _lineage(lines: Sequence[Line]) -> Contents:
    records = tuple(
        {
            "name": line.node.name,
            "kind": line.node.kind,
            "stage": line.node.stage,
            "sha256": line.node.sha256,
            "parent": line.node.parent,
            "parent_sha256": line.node.parent_sha256,
            "steps": line.node.step,
            "tokens": line.node.tokens,
            "data": line.node.data,
            "words": line.node.words,
            "figures": figures_words(line.node),
        }
        for line in lines
    )
    return Contents("Lineage", markdown(lines), records)


def _disk(use: DiskUse) -> Contents:
    lines = [(share.name, size_words(share.size), str(share.things)) for share in use.shares]
    lines.append(("free on the disk", size_words(use.free), ""))
    records = tuple(
        {"what": share.name, "bytes": share.size, "folder": str(share.path)} for share in use.shares
    )
    return Contents("Disk use", _markdown(("what", "size", "folders"), lines), records)


def _markdown(titles: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rows = [titles, ["---"] * len(titles), *lines]
    cells = ([one_line(cell).replace("|", "\\|") for cell in row] for row in rows)
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)
