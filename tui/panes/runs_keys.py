"""The keys of the Runs pane, and its help."""

from __future__ import annotations

from textual.binding import Binding, BindingType

HELP = """
# Runs

All trainings of this lab, live and past, and how those that come with it were trained. The curves
of those that are marked are drawn in one plot.

**t** the table, **c** the curves alone, **g** the lineage from checkpoint to checkpoint, **d** what
runs, models, corpora and the trash take of the disk.

**e** writes the curves as CSV, JSONL or TensorBoard's event files.
"""

BINDINGS: list[BindingType] = [
    Binding("space", "mark", "mark", id="runs.mark"),
    Binding("slash", "filter", "filter", key_display="/", id="runs.filter"),
    Binding("s", "sort", "sort", id="runs.sort"),
    Binding("S", "turn_order", "other order", show=False, id="runs.order"),
    Binding("m", "figure", "figure", id="runs.figure"),
    Binding("a", "axis", "axis", id="runs.axis"),
    Binding("plus,equals_sign", "smooth(1)", "smooth", key_display="+ -", id="runs.smooth"),
    Binding("minus", "smooth(-1)", "smooth less", show=False, id="runs.rough"),
    Binding("l", "log", "log", id="runs.log"),
    Binding("n", "note", "note", id="runs.note"),
    Binding("delete", "delete", "delete", key_display="del", id="runs.delete"),
    Binding("u,ctrl+z", "undo", "undo", key_display="u", id="runs.undo"),
    Binding("E", "empty", "empty the trash", id="runs.empty"),
    Binding("w", "compare", "ask both", id="runs.compare"),
    Binding("p", "steer('pause')", "pause", id="runs.pause"),
    Binding("r", "steer('resume')", "resume", id="runs.resume"),
    Binding("x", "steer('stop')", "stop", id="runs.stop"),
    Binding("e", "export", "export curves", show=False, id="runs.export"),
    Binding("k", "unmark", "no marks", show=False, id="runs.unmark"),
    Binding("t", "view('table')", "table", show=False, id="runs.table"),
    Binding("c", "view('curves')", "curves", show=False, id="runs.curves"),
    Binding("g", "view('lineage')", "lineage", show=False, id="runs.lineage"),
    Binding("d", "view('disk')", "disk use", show=False, id="runs.disk"),
    Binding("escape", "back", "back", show=False, id="runs.back"),
]
OF_VIEWS = {
    "mark": ("table",),
    "filter": ("table",),
    "sort": ("table",),
    "turn_order": ("table",),
    "figure": ("table", "curves"),
    "axis": ("table", "curves"),
    "smooth": ("table", "curves"),
    "log": ("table", "curves"),
    "note": ("table",),
    "delete": ("table",),
    "steer": ("table",),
    "empty": ("disk",),
    "compare": ("lineage",),
    "export": ("table", "curves"),
}
"""Actions that mean something in some views only."""
