"""The curves of several runs in one plot, with a cursor that reads their values and a zoom."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import ClassVar, NamedTuple

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget

from tui.braille import WIDE, Canvas
from tui.format import duration, fitted, grouped, scaled
from tui.runs.curves import AxisName
from tui.runs.drawing import Binned, Drawn, Span, binned, can_be_log, heights, whole_of
from tui.safe_text import one_line

_LABEL = 8
"""Cells of the numbers to the left."""
_LEAST = (20, 3)
"""Cells in which a plot says anything."""
_ZOOM = 0.5
_NAME = 20
_BAND = "45%"
"""Opacity of the values behind a smoothed line."""
_AXIS: dict[AxisName, str] = {"step": "step", "tokens": "tokens", "seconds": "time"}
Cell = tuple[str, str]
_Place = Callable[[float], float]


class Shown(NamedTuple):
    """What a plot shows."""

    drawn: Sequence[Drawn] = ()
    figure: str = ""
    axis: AxisName = "step"
    log: bool = False
    note: str = ""
    """What is said behind the figure's name."""
    empty: str = ""
    """What is said while there is no curve."""


class RunsPlot(Widget, can_focus=True):
    """Left and right move the cursor, up and down zoom about it."""

    HELP = """
# Curves

**left** and **right** move the cursor, with **shift** by ten; the legend says each curve's value at
it. **up** and **down** zoom in and out about the cursor, the wheel does too; **escape** shows the
whole again.

Behind a smoothed line all values are dotted, from the least to the highest at each place. **m**
chooses the figure, **a** what is measured along the lower edge, **+** and **-** smooth more and
less, **y** turns to a logarithmic scale.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1)", "cursor", show=False, id="plot.left"),
        Binding("right", "move(1)", "cursor", show=False, id="plot.right"),
        Binding("shift+left", "move(-10)", "cursor by ten", show=False, id="plot.far-left"),
        Binding("shift+right", "move(10)", "cursor by ten", show=False, id="plot.far-right"),
        Binding("home", "edge(0)", "first", show=False, id="plot.home"),
        Binding("end", "edge(1)", "last", show=False, id="plot.end"),
        Binding("up", "zoom(1)", "zoom in", show=False, id="plot.in"),
        Binding("down", "zoom(-1)", "zoom out", show=False, id="plot.out"),
    ]

    def __init__(self) -> None:
        super().__init__(id="runs-plot")
        self.shown = Shown()
        self.span: Span | None = None
        """What is zoomed to; None: the whole, also while it grows."""
        self.cursor: float | None = None
        """Where on the lower axis values are read."""

    def show(self, shown: Shown) -> None:
        """Show other curves; another lower axis ends the zoom."""
        if shown.axis != self.shown.axis:
            self.span = self.cursor = None
        if shown != self.shown:
            self.shown = shown
            self.refresh()

    @property
    def is_log(self) -> bool:
        """Whether the scale is logarithmic: asked for, and possible."""
        return self.shown.log and can_be_log(self.shown.drawn)

    # Cursor and zoom

    @property
    def _cells(self) -> int:
        return max(1, self.content_size.width - _LABEL - 1)

    def _window(self) -> Span:
        return self.span or whole_of(self.shown.drawn)

    def action_move(self, cells: int) -> None:
        """Move the cursor; at an edge the stretch that is zoomed to goes along."""
        if not self.shown.drawn:
            return
        span, whole = self._window(), whole_of(self.shown.drawn)
        cell = span.width / self._cells
        at = self.cursor if self.cursor is not None else (span.low + span.high) / 2
        at = min(max(at + cells * cell, whole.low), whole.high)
        if self.span is not None and not span.low <= at <= span.high:
            self.span = span.moved(at - (span.low if at < span.low else span.high), whole)
        self.cursor = at
        self.refresh()

    def action_edge(self, share: float) -> None:
        """To the beginning or the end of what is shown."""
        span = self._window()
        self.cursor = span.low + share * span.width
        self.refresh()

    def action_zoom(self, by: int) -> None:
        """In or out about the cursor."""
        if not self.shown.drawn:
            return
        span, whole = self._window(), whole_of(self.shown.drawn)
        at = self.cursor if self.cursor is not None else (span.low + span.high) / 2
        zoomed = span.zoomed(at, _ZOOM**by, whole)
        self.span = zoomed if zoomed.width < whole.width * 0.999 else None
        self.refresh()

    def show_all(self) -> bool:
        """No cursor and no zoom; whether there was one."""
        there = self.span is not None or self.cursor is not None
        self.span = self.cursor = None
        self.refresh()
        return there

    def on_click(self, event: events.Click) -> None:
        """The cursor goes to where the mouse is."""
        offset = event.get_content_offset(self)
        if offset is not None and offset.x > _LABEL and self.shown.drawn:
            span = self._window()
            share = (offset.x - _LABEL - 0.5) / self._cells
            self.cursor = span.low + min(1.0, share) * span.width
            self.refresh()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel zooms in."""
        event.stop()
        self.action_zoom(1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """And out."""
        event.stop()
        self.action_zoom(-1)

    # Drawing

    def render(self) -> Content:
        """Figure, legend, plot, axis."""
        shown, width = self.shown, self.content_size.width
        if not shown.drawn:
            return Content.styled(shown.empty, "$quiet")
        lines = [self._head(width), *self._legend(width)]
        columns, rows = width - _LABEL - 1, self.content_size.height - len(lines) - 2
        if columns < _LEAST[0] or rows < _LEAST[1]:
            return Content("\n").join(lines)
        span = self._window()
        low, high = heights(shown.drawn, span, log=self.is_log)
        for number, cells in enumerate(self._plot(columns, rows, span, low, high)):
            label = "" if number % 2 and number != rows - 1 else _label(
                high - (high - low) * (number + 0.5) / rows, log=self.is_log
            )  # fmt: skip
            lines.append(_joined([(f"{label:>{_LABEL}}┤", "$quiet"), *cells]))
        lines += self._axis(columns, span)
        return Content("\n").join(lines)

    def _head(self, width: int) -> Content:
        shown = self.shown
        notes = [f"by {_AXIS[shown.axis]}", shown.note]
        if shown.log:
            notes.append("log" if self.is_log else "log not possible: values of 0 or less")
        if self.span is not None:
            share = self.span.width / whole_of(shown.drawn).width
            notes.append(f"zoom {1 / share:.0f}x")
        at = f"at {_place(self.cursor, shown.axis)}" if self.cursor is not None else ""
        words = " · ".join(filter(None, [*notes, at]))
        name = fitted(one_line(shown.figure), width // 2)
        return Content.assemble(
            (name, "bold"), (fitted(f" · {words}", max(0, width - len(name))), "$quiet")
        )

    def _legend(self, width: int) -> list[Content]:
        cell = _NAME + 16
        a_line = max(1, width // cell)
        parts = [self._entry(each).pad_right(0) for each in self.shown.drawn]
        lines = []
        for start in range(0, len(parts), a_line):
            padded = [
                part.pad_right(max(0, cell - part.cell_length))
                for part in parts[start : start + a_line]
            ]
            lines.append(Content("").join(padded))
        return lines

    def _entry(self, each: Drawn) -> Content:
        value = each.at(self.cursor) if self.cursor is not None else each.smooth[-1]
        said = "–" if value is None else _number(value)
        name = fitted(one_line(each.name), _NAME)
        return Content.assemble((f"{each.letter} ━ ", each.style), f"{name} ", (said, "bold"))

    def _plot(
        self, columns: int, rows: int, span: Span, low: float, high: float
    ) -> list[list[Cell]]:
        canvas = Canvas(columns, rows)
        log = self.is_log

        def place(value: float) -> float:
            """In dots from the top, beyond the canvas where it does not fit."""
            value = (math.log10(value) if value > 0 else -math.inf) if log else value
            share = (high - value) / (high - low)
            return min(max(share, -1.0), 2.0) * (canvas.height - 1)

        bins = [binned(each, span, canvas.width) for each in self.shown.drawn]
        for each, found in zip(self.shown.drawn, bins, strict=True):
            _band(canvas, found, place, self._faint(each.style))
        for each, found in reversed(list(zip(self.shown.drawn, bins, strict=True))):
            _line(canvas, found, place, each.style)
        grid = [[(sign, style) for text, style in row for sign in text] for row in canvas.rows()]
        self._put_letters(grid, bins, place)
        self._put_cursor(grid, span)
        return grid

    def _faint(self, style: str) -> str:
        return f"{style} dim" if self.app.current_theme.ansi else f"{style} {_BAND}"

    def _put_letters(self, grid: list[list[Cell]], bins: Sequence[Binned], place: _Place) -> None:
        """Each curve's letter at its end, and once more where it is not over another's."""
        n = len(bins)
        for number, (each, found) in enumerate(zip(self.shown.drawn, bins, strict=True)):
            known = [x for x, value in enumerate(found.line) if value is not None]
            if not known:
                continue
            inner = known[min(len(known) - 1, int(len(known) * (number + 1) / (n + 1)))]
            for x in (known[-1], inner):
                value = found.line[x]
                assert value is not None
                row = min(len(grid) - 1, max(0, round(place(value)) // 4))
                cells, column = grid[row], x // WIDE
                while column > 0 and cells[column][0].isalpha():
                    column -= 2
                cells[max(0, column)] = (each.letter, f"bold {each.style}")

    def _put_cursor(self, grid: list[list[Cell]], span: Span) -> None:
        if self.cursor is None or not span.low <= self.cursor <= span.high:
            return
        column = self._column(self.cursor, span, len(grid[0]))
        for cells in grid:
            if cells[column][0] == " ":
                cells[column] = ("│", "$quiet")

    @staticmethod
    def _column(x: float, span: Span, columns: int) -> int:
        return min(columns - 1, max(0, int((x - span.low) / span.width * columns)))

    def _axis(self, columns: int, span: Span) -> list[Content]:
        line = ["─"] * columns
        if self.cursor is not None and span.low <= self.cursor <= span.high:
            line[self._column(self.cursor, span, columns)] = "┴"
        begin, end = (_place(x, self.shown.axis, word=False) for x in (span.low, span.high))
        numbers = begin + f"{_AXIS[self.shown.axis]} {end}".rjust(max(0, columns - len(begin)))
        lead = " " * _LABEL
        return [
            Content.styled(f"{lead}└{''.join(line)}", "$quiet"),
            Content.styled(f"{lead} {numbers}", "$quiet"),
        ]


def _band(canvas: Canvas, found: Binned, place: _Place, style: str) -> None:
    """All values of each column: every other dot, so that it is fainter without colours too."""
    for x, (low, high) in enumerate(zip(found.lows, found.highs, strict=True)):
        if low is not None and high is not None:
            top, bottom = max(0, round(place(high))), min(canvas.height - 1, round(place(low)))
            for y in range(top + (top + x) % 2, bottom + 1, 2):
                canvas.dot(x, y, style)


def _line(canvas: Canvas, found: Binned, place: _Place, style: str) -> None:
    before: int | None = None
    for x, value in enumerate(found.line):
        if value is None:
            continue
        y = min(canvas.height - 1, max(0, round(place(value))))
        start = y if before is None else before
        for dot in range(min(y, start), max(y, start) + 1):
            canvas.dot(x, dot, style)
        before = y


def _joined(cells: Sequence[Cell]) -> Content:
    """Neighbours of one style together: a span each would make drawing slow."""
    runs = groupby(cells, key=lambda cell: cell[1])
    return Content.assemble(*(("".join(text for text, _ in run), style) for style, run in runs))


def _label(place: float, *, log: bool) -> str:
    return _number(10**place if log else place)


def _number(value: float) -> str:
    """Four figures, in eight cells at most."""
    if value and not 1e-3 <= abs(value) < 1e5:
        return f"{value:.1e}"
    return f"{value:.4g}"


def _place(x: float, axis: AxisName, *, word: bool = True) -> str:
    """Where on the lower axis: ``step 1 240``, ``3.2 M tokens``, ``4:12``."""
    if axis == "seconds":
        return duration(max(0.0, x))
    if axis == "tokens":
        return f"{scaled(x)}{' tokens' if word else ''}"
    return f"{'step ' if word else ''}{grouped(round(x))}"
