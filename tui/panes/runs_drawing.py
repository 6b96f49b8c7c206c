"""Which curves the Runs pane draws and how; draws them, and more of them as they are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from textual.widget import Widget

from tui.background import in_background
from tui.runs.curves import AXES, AxisName
from tui.runs.drawing import SMOOTHINGS
from tui.runs.looks import LETTERS, MOST_MARKED, curve_styles
from tui.runs.row import Row
from tui.runs.watch import Plotted, RunsWatch, Wish
from tui.widgets.runs_plot import RunsPlot, Shown


class RunsDrawer:
    """Remembers the marks, the figure, the axis, the smoothing.

    Args:
        pane: whose workers read.
        watch: reads the runs.
        plot: what is drawn on.
        chosen: the run under the cursor, drawn while none is marked.
    """

    def __init__(
        self, pane: Widget, watch: RunsWatch, plot: RunsPlot, chosen: Callable[[], Row | None]
    ) -> None:
        self._pane, self._watch, self._plot, self._chosen = pane, watch, plot, chosen
        self.marked: list[str] = []
        """Names, in the order of their letters."""
        self.figure: str | None = None
        """None: what says most of the runs that are drawn."""
        self.axis: AxisName = "step"
        self.smoothing = 0
        """A place in ``SMOOTHINGS``."""
        self.log = False
        self.figures: Sequence[str] = ()
        """Names of all that the drawn runs have."""
        self.plotted: Plotted | None = None
        self._drawing = self._again = False

    # What is drawn

    @property
    def rows(self) -> list[Row]:
        """The runs that are drawn: the marked ones, else that under the cursor."""
        found = [row for row in map(self._watch.named, self.marked) if row is not None]
        chosen = self._chosen()
        return found or ([chosen] if chosen is not None else [])

    def letters(self) -> dict[str, tuple[str, str]]:
        """The letter and the colour of each marked run, by name."""
        if not self.marked:
            return {}
        rows = self.rows
        styles = self._styles(rows)
        marked = [row for row in rows if row.name in self.marked]
        each = zip(marked, LETTERS, styles, strict=False)
        return {row.name: (letter, style) for row, letter, style in each}

    def mark(self, row: Row) -> str:
        """Mark a run, or no longer; what is to be said to it."""
        there = {name for name in self.marked if self._watch.named(name) is not None}
        self.marked = [name for name in self.marked if name in there]
        if row.name in self.marked:
            self.marked.remove(row.name)
        elif len(self.marked) >= MOST_MARKED:
            return f"{MOST_MARKED} curves are the most that can be told apart."
        else:
            self.marked.append(row.name)
        return ""

    def turn_axis(self) -> None:
        """Steps, tokens, time."""
        self.axis = AXES[(AXES.index(self.axis) + 1) % len(AXES)]

    def smooth(self, by: int) -> None:
        """More or less."""
        self.smoothing = min(len(SMOOTHINGS) - 1, max(0, self.smoothing + by))

    def drawn_figure(self, rows: Sequence[Row]) -> str:
        """What was chosen, else the reward where all are of the stage rl, else the loss."""
        if self.figure is not None:
            return self.figure
        return "reward" if rows and all(row.stage == "rl" for row in rows) else "loss"

    def _styles(self, rows: Sequence[Row]) -> list[str]:
        theme = self._pane.app.current_theme
        return curve_styles(rows, dark=theme.dark, ansi=bool(theme.ansi))

    # Drawing

    def draw(self) -> None:
        """Draw what there is now, and go on until all has been read."""
        if self._drawing:
            self._again = True
        else:
            self._drawing = True
            in_background(self._pane, self._draw, "runs-plot")

    async def _draw(self) -> None:
        try:
            while self._pane.is_attached and self._plot.display:
                self._again = False
                rows = self.rows
                figure = self.drawn_figure(rows)
                wish = Wish(rows, figure, self.axis, SMOOTHINGS[self.smoothing], self._styles(rows))
                self.plotted = await self._watch.plot(wish)
                self._show(wish, self.plotted)
                if not (self.plotted.reading or self._again):
                    break
        finally:
            self._drawing = False

    def _show(self, wish: Wish, plotted: Plotted) -> None:
        self.figures = plotted.figures
        notes = [f"smoothed {wish.smoothing:g}"] if wish.smoothing else []
        notes += ["reading on …"] if plotted.reading else []
        if not wish.rows:
            empty = "No run is chosen."
        elif plotted.reading:
            empty = "The curves are read …"
        elif plotted.figures:
            empty = f"None of these runs has measured {wish.figure}: m chooses another figure."
        else:
            empty = "The curve begins with the first step."
        shown = Shown(plotted.drawn, wish.figure, wish.axis, self.log, " · ".join(notes), empty)
        self._plot.show(shown)

    # Between two starts

    def memory(self) -> dict[str, Any]:
        """As the pane's."""
        return {
            "marked": [*self.marked],
            "figure": self.figure,
            "axis": self.axis,
            "smoothing": self.smoothing,
            "log": self.log,
        }

    def recall(self, memory: Mapping[str, Any]) -> None:
        """As the pane's: what makes no sense is left out."""
        marked = memory.get("marked")
        if isinstance(marked, list):
            names = [name for name in marked if isinstance(name, str)]
            self.marked = [*dict.fromkeys(names)][:MOST_MARKED]
        figure, axis, smoothing = (memory.get(k) for k in ("figure", "axis", "smoothing"))
        self.figure = figure if isinstance(figure, str) else None
        self.axis = next((known for known in AXES if known == axis), self.axis)
        if isinstance(smoothing, int) and 0 <= smoothing < len(SMOOTHINGS):
            self.smoothing = smoothing
        self.log = memory.get("log") is True
