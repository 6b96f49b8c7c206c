"""The curves of several runs in one plot, with a cursor that reads their values and a zoom."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import ClassVar, NamedTuple

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget

from tui.format import duration, fitted, grouped, scaled
from tui.runs.curves import AxisName
from tui.runs.drawing import Drawn, Span, can_be_log, whole_of
from tui.runs.raster import Cell, Raster, rasterized
from tui.runs.ticks import ticks
from tui.safe_text import one_line
from tui.widgets.marking import ends_marking

_LABEL = 8
"""Cells of the numbers to the left."""
_LEAST = (20, 2)
"""Cells in which a plot says anything."""
_ZOOM = 0.5
_NAME, _BESIDE_NAME = 20, 16
"""Cells of a run's name in the legend at most, and those of its letter and its value."""
_BAND = "70%"
"""Opacity of the values behind a smoothed line."""
_AXIS: dict[AxisName, str] = {"step": "step", "tokens": "tokens", "seconds": "time"}


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
less, **l** turns to a logarithmic scale.
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
        self._drawn_before: tuple[tuple[object, ...], Raster] | None = None

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
        if ends_marking(self, event):
            return
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
        raster = self._raster(span, (columns, rows))
        marked = ticks(raster.low, raster.high, rows, log=self.is_log)
        for number, cells in enumerate(raster.cells):
            value = marked.get(number)
            edge = (
                " " * _LABEL + "│" if value is None else f"{_number(value):>{_LABEL}}┤",
                "$quiet",
            )
            lines.append(_joined([edge, *self._with_cursor(cells, span)]))
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
        named = max(len(one_line(each.name)) for each in self.shown.drawn)
        cell = min(named, _NAME) + _BESIDE_NAME
        a_line = max(1, width // cell)
        parts = [self._entry(each) for each in self.shown.drawn]
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

    def _raster(self, span: Span, size: tuple[int, int]) -> Raster:
        """The curves as cells; a cursor that moves over them draws none of them anew."""
        ansi, log = bool(self.app.current_theme.ansi), self.is_log
        asked = (self.shown.drawn, span, size, log, ansi)
        if self._drawn_before is None or self._drawn_before[0] != asked:
            raster = rasterized(
                self.shown.drawn,
                span,
                size,
                log=log,
                faint=lambda style: f"{style} dim" if ansi else f"{style} {_BAND}",
            )
            self._drawn_before = asked, raster
        return self._drawn_before[1]

    def _with_cursor(self, row: Sequence[Cell], span: Span) -> list[Cell]:
        cells = list(row)
        if self.cursor is not None and span.low <= self.cursor <= span.high:
            column = self._column(self.cursor, span, len(cells))
            if cells[column][0] == " ":
                cells[column] = ("│", "$quiet")
        return cells

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


def _joined(cells: Sequence[Cell]) -> Content:
    """Neighbours of one style together: a span each would make drawing slow."""
    runs = groupby(cells, key=lambda cell: cell[1])
    return Content.assemble(*(("".join(text for text, _ in run), style) for style, run in runs))


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
