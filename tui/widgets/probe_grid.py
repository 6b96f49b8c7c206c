"""The grid of a probe: a line a question, a cell an answer, coloured and signed by its outcome.

One widget draws what is in sight through the line API, so that 10,000 questions cost what forty
do. Lines fill in as records come; the grid follows the last one until a cell is chosen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from tui.probes.book import Book
from tui.probes.grid_layout import Cell, Layout, Piece
from tui.widgets.marking import ends_marking
from tui.widgets.piece_view import PieceView

if TYPE_CHECKING:
    from engine.probes.record import Answer

_CURSOR = Style(reverse=True)


class ProbeGrid(PieceView):
    """Shows the lines of a :class:`Book`; holds the cursor."""

    HEAD_LINES = 1
    HELP = """
## The grid

A line is a question, a cell an answer: **✓** correct, **✗** wrong, **○** abstained, **·** not
answered yet. First comes the greedy answer, then greedy ones in other wordings, then the samples.
Where another checkpoint was asked the same, its answers stand to the left.

**▮▮▮** is highly known, **▯▯▯** unknown. The arrow keys or the mouse choose a cell; its text stands
below (**enter** opens it on a low screen). **f** shows only correct, wrong or abstained answers,
**t** only one tier, **l** follows the line's name through the lab.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "line(-1)", "up", show=False, id="grid.up"),
        Binding("down", "line(1)", "down", show=False, id="grid.down"),
        Binding("pageup", "page(-1)", "page up", show=False, id="grid.page-up"),
        Binding("pagedown", "page(1)", "page down", show=False, id="grid.page-down"),
        Binding("home", "edge(-1)", "first", show=False, id="grid.home"),
        Binding("end", "edge(1)", "last", show=False, id="grid.end"),
        Binding("left", "cell(-1)", "left", show=False, id="grid.left"),
        Binding("right", "cell(1)", "right", show=False, id="grid.right"),
        Binding("enter,space", "open", "open", id="grid.open"),
    ]

    class Moved(Message):
        """The cursor stands on another cell."""

    class Opened(Message):
        """The text of the cell is wanted."""

    def __init__(self) -> None:
        super().__init__("probe-grid")
        self.book = Book()
        self.lines: Sequence[int] = ()
        """Places in the book, in the order in which they are shown."""
        self.layout_of = Layout()
        self.row: int | None = None
        self.cell = 0
        self._rows: dict[int, int] = {}
        self._strips: dict[int, Strip] = {}

    # What is shown

    def show(self, book: Book, lines: Sequence[int], layout: Layout) -> None:
        """Show other lines, in another layout; the cursor stays on its question if it is there."""
        self.unmark()
        place = None if self.row is None or book is not self.book else self.place
        self.book, self.layout_of, self.lines = book, layout, lines
        self._rows = {line: row for row, line in enumerate(lines)}
        self.row = None if place is None else self._rows.get(place)
        self._redraw()
        if self.row is None:
            self.scroll_home(animate=False)

    def changed(self, places: Iterable[int]) -> None:
        """Records came: draw their lines anew, and follow the last."""
        rows = [self._rows[place] for place in places if place in self._rows]
        top, height = self.scroll_offset.y, self.scrollable_content_region.height
        for row in rows:
            self._strips.pop(row, None)
            if top <= row < top + height:
                self.refresh_lines(row + self.HEAD_LINES)
        if rows and self.row is None:
            self.scroll_to(y=max(0, rows[-1] + 2 - (height - self.HEAD_LINES)), animate=False)

    @property
    def place(self) -> int | None:
        """The place in the book under the cursor; the first line's while none was chosen."""
        if not self.lines:
            return None
        return self.lines[self.row or 0]

    @property
    def chosen(self) -> tuple[Cell, Answer] | None:
        """The cell under the cursor and its answer, if it has come."""
        place = self.place
        if place is None:
            return None
        cell = self.layout_of.cells[self.cell]
        answer = cell.answer(self.book, place)
        return None if answer is None else (cell, answer)

    def _redraw(self) -> None:
        self._strips.clear()
        shown = self.layout_of.shown(self.scrollable_content_region.width)
        # Until a cell is chosen it is the first one, however narrow the grid was before.
        wanted = shown.start if self.row is None else self.cell
        self.cell = max(shown.start, min(shown.stop - 1, wanted))
        self.virtual_size = Size(self.size.width, len(self.lines) + self.HEAD_LINES)
        self.refresh()
        self.post_message(self.Moved())

    # Drawing

    def draw_line(self, line: int) -> Strip:
        """The head is the first."""
        width = self.scrollable_content_region.width
        if line < self.HEAD_LINES:
            return self._strip(self.layout_of.head(width), width)
        row = line - self.HEAD_LINES
        if row >= len(self.lines):
            return Strip.blank(width, self.style_named(""))
        strip = self._strips.get(row)
        if strip is None:
            pieces = self.layout_of.line(self.book, self.lines[row], width)
            cursor = self.cell if row == self.row else None
            strip = self._strips[row] = self._strip(pieces, width, cursor)
        return strip

    def _strip(self, pieces: Iterable[Piece], width: int, cursor: int | None = None) -> Strip:
        segments = []
        for piece in pieces:
            style = self.style_named(piece.style)
            if cursor is not None and piece.cell is None:
                style += self.style_named("bold")
            elif cursor is not None and piece.cell == cursor:
                style += _CURSOR
            segments.append(Segment(piece.text, style))
        return Strip(segments).adjust_cell_length(width, self.style_named(""))

    def forget_drawn(self) -> None:
        """Draw all lines anew."""
        self._strips.clear()

    def on_resize(self) -> None:
        """Lines are as wide as the screen."""
        self._redraw()

    # Keys and mouse

    def action_line(self, by: int) -> None:
        """The question above or below."""
        self.go_to(0 if self.row is None else self.row + by, self.cell)

    def action_page(self, by: int) -> None:
        """A screen of questions up or down."""
        room = max(1, self.scrollable_content_region.height - self.HEAD_LINES)
        self.go_to((self.row or 0) + by * room, self.cell)

    def action_edge(self, by: int) -> None:
        """The first or the last question."""
        self.go_to(0 if by < 0 else len(self.lines) - 1, self.cell)

    def action_cell(self, by: int) -> None:
        """The answer to the left or right."""
        self.go_to(self.row or 0, self.cell + by)

    def action_open(self) -> None:
        """Show the text of the cell."""
        if self.lines:
            self.go_to(self.row or 0, self.cell)
            self.post_message(self.Opened())

    def go_to(self, row: int, cell: int) -> None:
        """Put the cursor on a cell and keep it in sight."""
        if not self.lines:
            return
        before = self.row
        self.row = max(0, min(len(self.lines) - 1, row))
        shown = self.layout_of.shown(self.scrollable_content_region.width)
        self.cell = max(shown.start, min(shown.stop - 1, cell))
        for changed in (before, self.row):
            if changed is not None:
                self._strips.pop(changed, None)
                self.refresh_lines(changed + self.HEAD_LINES)
        top = self.scroll_offset.y
        room = max(1, self.scrollable_content_region.height - self.HEAD_LINES)
        if not top <= self.row < top + room:
            self.scroll_to(y=max(0, self.row - room // 2), animate=False)
        self.post_message(self.Moved())

    def on_click(self, event: events.Click) -> None:
        """A click chooses a cell, a second one opens it."""
        offset = event.get_content_offset(self)
        if ends_marking(self, event) or offset is None or offset.y < self.HEAD_LINES:
            return
        row = offset.y - self.HEAD_LINES + self.scroll_offset.y
        if row < len(self.lines):
            width = self.scrollable_content_region.width
            pieces = self.layout_of.line(self.book, self.lines[row], width)
            cell = _cell_at(pieces, offset.x)
            self.go_to(row, self.cell if cell is None else cell)
            if event.chain > 1:
                self.action_open()


def _cell_at(pieces: Iterable[Piece], x: int) -> int | None:
    end = 0
    for piece in pieces:
        end += cell_len(piece.text)
        if x < end:
            return piece.cell
    return None
