"""What the Runs pane shows, as it is written to a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from tui.export.made import Made
from tui.panes.pane import Contents
from tui.runs.lineage_text import figures_words, markdown, node_record
from tui.runs.row import Row, row_record
from tui.runs.table import figure_words, size_words, steps_words, time_words
from tui.safe_text import one_line

if TYPE_CHECKING:
    from engine.disk_use import DiskUse
    from engine.lineage import Line, Node
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
    return Contents("Runs", Made(lambda: _runs(rows)), Made(lambda: map(row_record, rows)))


def _runs(rows: Sequence[Row]) -> Iterator[str]:
    titles = ("run", "stage", "state", "steps", "figure", "time", "on disk", "started", "note")
    lines = [
        (row.name, row.stage, row.state, steps_words(row), figure_words(row), time_words(row),
         size_words(row.extra.size) if row.extra else "", row.started, row.note)
        for row in rows
    ]  # fmt: skip
    yield _markdown(titles, lines)


def _curves(shown: Shown) -> Contents:
    title = f"{shown.figure} by {shown.axis}"
    return Contents(title, Made(lambda: _summed(shown)), Made(lambda: _points(shown)))


def _summed(shown: Shown) -> Iterator[str]:
    lines = [
        (each.letter, each.name, f"{each.points.means[0]:.4g}", f"{min(each.points.lows):.4g}",
         f"{max(each.points.highs):.4g}", f"{each.points.means[-1]:.4g}")
        for each in shown.drawn
    ]  # fmt: skip
    yield _markdown(("", "run", "first", "least", "highest", "last"), lines)


def _points(shown: Shown) -> Iterator[dict[str, Any]]:
    for each in shown.drawn:
        for x, mean, smooth in zip(each.points.xs, each.points.means, each.smooth, strict=True):
            yield {"run": each.name, shown.axis: x, shown.figure: mean, "smoothed": smooth}


def _lineage(lines: Sequence[Line]) -> Contents:
    nodes = [line.node for line in lines]
    return Contents("Lineage", Made(lambda: [markdown(lines)]), Made(lambda: map(_node, nodes)))


def _node(node: Node) -> dict[str, Any]:
    return {**node_record(node), "figures": figures_words(node)}


def _disk(use: DiskUse) -> Contents:
    lines = [(share.name, size_words(share.size), str(share.things)) for share in use.shares]
    lines.append(("free on the disk", size_words(use.free), ""))
    records = [
        {"what": share.name, "bytes": share.size, "folder": str(share.path)} for share in use.shares
    ]
    return Contents("Disk use", (_markdown(("what", "size", "folders"), lines),), records)


def _markdown(titles: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rows = [titles, ["---"] * len(titles), *lines]
    cells = ([one_line(cell).replace("|", "\\|") for cell in row] for row in rows)
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)
