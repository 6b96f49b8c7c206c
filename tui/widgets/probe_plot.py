"""A plot of the Probes pane: reliability, ROC, risk and coverage."""

from __future__ import annotations

from textual.content import Content
from textual.widget import Widget

from tui.braille import Canvas
from tui.probes.plot import Plot, draw

_LABEL_CELLS = 5
LEAST_COLUMNS, LEAST_ROWS = 10, 3


class ProbePlot(Widget):
    """Draws one :class:`Plot`."""

    def __init__(self, plot: Plot) -> None:
        super().__init__(classes="plot")
        self.plot = plot

    def show(self, plot: Plot) -> None:
        """Draw something else."""
        if plot != self.plot:
            self.plot = plot
            self.refresh()

    def render(self) -> Content:
        """Title, square with numbers at its edges, and what runs along them."""
        plot = self.plot
        columns, rows = self.size.width - _LABEL_CELLS - 1, self.size.height - 4
        title = Content.styled(plot.title, "bold")
        if not any(line.points for line in plot.lines):
            return Content("\n").join([title, Content.styled(plot.empty, "$quiet")])
        if columns < LEAST_COLUMNS or rows < LEAST_ROWS:
            return title
        canvas = Canvas(columns, rows)
        for line in plot.lines:
            draw(canvas, line, plot.top)
        lines = [title, Content.styled(f"{'':{_LABEL_CELLS}} {plot.up}", "$quiet")]
        for y, row in enumerate(canvas.rows()):
            label = _label(y, rows, plot.top).rjust(_LABEL_CELLS)
            lines.append(Content.assemble((f"{label}┤", "$quiet"), *row))
        indent = " " * (_LABEL_CELLS + 1)
        axis = f"0{plot.across.center(columns - 2)}1"
        lines.append(Content.styled(indent + axis[:columns], "$quiet"))
        return Content("\n").join(lines)


def _label(y: int, rows: int, top: float) -> str:
    """A value at the upper edge, in the middle and at the lower edge."""
    for place, value in ((0, top), (rows // 2, top / 2), (rows - 1, 0.0)):
        if y == place:
            return f"{value:.2g}"
    return ""
