"""Lines to choose from, under a head that stays: only what is in sight is made and drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from tui.pieces import Piece
from tui.widgets.marking import ends_marking
from tui.widgets.piece_view import PieceView

Pieces = Sequence[Piece]
Draw = Callable[[int, int], "Pieces | None"]
"""Makes a line: ``draw(row, width)``; row -1 is the head, None a line that is still being read."""

_CHOSEN, _CHOSEN_ELSEWHERE = "bold on $cursor", "on $panel"
_CURSOR = "▸"


class DataRows(PieceView):
    """Holds the cursor; the owner says what stands in a line."""

    HEAD_LINES = 1
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "row(-1)", "up", show=False, id="rows.up"),
        Binding("down", "row(1)", "down", show=False, id="rows.down"),
        Binding("pageup", "page(-1)", "page up", show=False, id="rows.pageup"),
        Binding("pagedown", "page(1)", "page down", show=False, id="rows.pagedown"),
        Binding("home", "edge(0)", "first", show=False, id="rows.home"),
        Binding("end", "edge(-1)", "last", show=False, id="rows.end"),
        Binding("enter", "open", "open", id="rows.open"),
    ]

    class Told(Message):
        """Something that the lines say of themselves."""

        def __init__(self, rows: DataRows) -> None:
            super().__init__()
            self.rows = rows

        @property
        def control(self) -> DataRows:
            """Who says it."""
            return self.rows

    class Moved(Told):
        """The cursor stands on another line."""

    class Opened(Told):
        """The line under the cursor is to be opened: enter, or a second click."""

    class Scrolled(Told):
        """Other lines are in sight."""

    def __init__(self, css_id: str) -> None:
        super().__init__(css_id)
        self.n_rows = 0
        self.row = 0
        self._draw: Draw = lambda row, width: ()
        self._strips: dict[int, Strip] = {}
        self._seen = range(0)

    def show(self, n_rows: int, draw: Draw, *, row: int | None = None) -> None:
        """Show other lines; the cursor keeps its number unless ``row`` says where to put it."""
        self.unmark()
        moved = row is not None and row != self.row
        self.n_rows, self._draw = n_rows, draw
        self.row = max(0, min(self.row if row is None else row, n_rows - 1))
        self._lay_out()
        if moved:
            self._reveal()

    def changed(self) -> None:
        """Make the lines anew: what they say is another, or some have been read."""
        self._strips.clear()
        self.refresh()

    def in_sight(self) -> range:
        """Numbers of the lines on the screen."""
        top = self.scroll_offset.y
        height = max(1, self.scrollable_content_region.height - 1)
        return range(top, min(self.n_rows, top + height))

    @property
    def line(self) -> str:
        """What stands in the line under the cursor; empty where nothing does, or not yet."""
        width = max(self.scrollable_content_region.width - 2, 0)
        pieces = self._draw(self.row, width) if self.n_rows else None
        return "".join(piece.text for piece in pieces or ()).strip()

    # Drawing

    def _lay_out(self) -> None:
        self._strips.clear()
        width = self.scrollable_content_region.width
        self.virtual_size = Size(width, self.n_rows + 1)
        self.refresh()
        self._tell_seen()

    def _tell_seen(self) -> None:
        seen = self.in_sight()
        if seen != self._seen:
            self._seen = seen
            self.post_message(self.Scrolled(self))

    def on_resize(self) -> None:
        """Lines are as wide as there is room."""
        self._lay_out()
        self._reveal()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Other lines may have to be read now."""
        super().watch_scroll_y(old_value, new_value)
        self._tell_seen()

    def on_focus(self) -> None:
        """The cursor is drawn stronger where the keys go."""
        self.changed()

    def on_blur(self) -> None:
        """And weaker where they do not."""
        self.changed()

    def forget_drawn(self) -> None:
        """Draw all lines anew."""
        self._strips.clear()

    def draw_line(self, line: int) -> Strip:
        """The head is the first."""
        width = self.scrollable_content_region.width
        row = line - self.HEAD_LINES
        if row >= self.n_rows:
            return Strip.blank(width, self.style_named(""))
        strip = self._strips.get(row)
        if strip is None:
            strip = self._made(row, width)
            if strip is None:
                return Strip([Segment("  …", self.style_named("$quiet"))]).adjust_cell_length(
                    width, self.style_named("")
                )
            self._strips[row] = strip
        return strip

    def _made(self, row: int, width: int) -> Strip | None:
        pieces = self._draw(row, width - 2)
        if pieces is None:
            return None
        chosen = row == self.row and row >= 0
        ground = (_CHOSEN if self.has_focus else _CHOSEN_ELSEWHERE) if chosen else ""
        # What the line itself says in colours holds on the cursor's ground as well.
        segments = [Segment(f"{_CURSOR if chosen else ' '} ", self.style_named(ground))]
        segments += [
            Segment(piece.text, self.style_named(f"{piece.style} {ground}".strip()))
            for piece in pieces
        ]
        return Strip(segments).adjust_cell_length(width, self.style_named(ground))

    # Keys and mouse

    def go_to(self, row: int) -> None:
        """Put the cursor on a line, if there is one, and bring it in sight."""
        if not 0 <= row < self.n_rows or row == self.row:
            return
        for changed in (self.row, row):
            self._strips.pop(changed, None)
        self.row = row
        self.refresh()
        self._reveal()
        self.post_message(self.Moved(self))

    def _reveal(self) -> None:
        height = self.scrollable_content_region.height - 1
        top = self.scroll_offset.y
        if height < 1:
            return
        if self.row < top:
            self.scroll_to(y=self.row, animate=False)
        elif self.row >= top + height:
            self.scroll_to(y=self.row - height + 1, animate=False)

    def action_row(self, by: int) -> None:
        """The line above or below."""
        self.go_to(self.row + by)

    def action_page(self, by: int) -> None:
        """A screenful up or down."""
        page = max(1, self.scrollable_content_region.height - 2)
        self.go_to(max(0, min(self.n_rows - 1, self.row + by * page)))

    def action_edge(self, row: int) -> None:
        """The first (0) or the last (-1)."""
        self.go_to(row % max(1, self.n_rows))

    def action_open(self) -> None:
        """Open the line under the cursor."""
        if self.n_rows:
            self.post_message(self.Opened(self))

    def on_click(self, event: events.Click) -> None:
        """A click chooses a line, a second one opens it."""
        offset = event.get_content_offset(self)
        if ends_marking(self, event) or offset is None or offset.y < 1:
            return
        row = offset.y - 1 + self.scroll_offset.y
        if row == self.row and event.chain > 1:
            self.action_open()
        else:
            self.go_to(row)
