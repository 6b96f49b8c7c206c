"""The keys of the Data pane, and its help."""

from __future__ import annotations

from textual.binding import Binding, BindingType

HELP = """
# Data

A crawl is not a training set. The funnel takes the pages of a crawl through FineWeb's rules, one
after the other, with their published thresholds; each page falls to the first rule that it breaks,
and that rule, what it measured and the threshold are kept.

**f** the funnel: what is left after every rule. **b** what a rule removed, page by page, with the
offending part marked; **h** shows the raw HTML beside the extracted text. **w** what if a threshold
were another: move it and see a sample of pages change sides. **d** clusters of near duplicates.
**t** the truth: the pocket web knows what each of its pages is.

**n** starts a run, a process of its own: it goes on when you leave. **x** stops it, **r** goes on,
**o** lists the runs there are.
"""

BINDINGS: list[BindingType] = [
    Binding("n", "new", "new run", id="data.new"),
    Binding("o", "list", "runs", id="data.list"),
    Binding("x", "halt", "stop", id="data.stop"),
    Binding("r", "resume", "resume", id="data.resume"),
    Binding("h", "raw", "raw HTML", id="data.raw"),
    Binding("left_square_bracket", "rule(-1)", "rule", key_display="[ ]", id="data.rule-before"),
    Binding("right_square_bracket", "rule(1)", "next rule", show=False, id="data.rule-next"),
    Binding("comma", "turn(-1)", "page", key_display=", .", id="data.page-before"),
    Binding("full_stop", "turn(1)", "next page", show=False, id="data.page-next"),
    Binding("c", "crossings", "changed pages", id="data.crossings"),
    Binding("s", "sample", "sample again", show=False, id="data.sample"),
    Binding("f", "view('funnel')", "funnel", show=False, id="data.funnel"),
    Binding("b", "view('removed')", "removed", show=False, id="data.removed"),
    Binding("w", "view('sample')", "what if", show=False, id="data.what-if"),
    Binding("d", "view('twins')", "duplicates", show=False, id="data.duplicates"),
    Binding("t", "view('truth')", "truth", show=False, id="data.truth"),
    Binding("escape", "back", "back", show=False, id="data.back"),
]
"""Brackets and comma turn pages as they do in the other panes."""
OF_VIEWS = {
    "raw": ("removed",),
    "rule": ("removed",),
    "turn": ("removed", "twins"),
    "crossings": ("sample",),
    "sample": ("sample",),
}
"""Actions that mean something in some views only."""
