"""A text as tokens, and the place where it is typed: only the lines in sight are ever drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from rich.segment import Segment
from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from tui.tokens.lines import Piece
from tui.tokens.looks import CURSOR, HOVERED, PERIOD, SELECTED, SELECTED_FLAT, token_style
from tui.tokens.sheet import Sheet, Spot
from tui.widgets.piece_view import PieceView
from tui.widgets.token_pad_keys import BINDINGS, HELP, WRITING

if TYPE_CHECKING:
    from tui.tokens.buffer import Buffer
    from tui.tokens.cut import Change, Cut
    from tui.tokens.glyphs import Glyphs

Step = Literal["char", "line", "page", "edge", "word", "all"]


class TokenPad(PieceView):
    """Shows one tokenizer's tokens of a text that several pads may share.

    It reads, where arrows go from token to token and letters are the pane's keys, or writes, where
    they go from character to character and letters are text.

    Args:
        css_id: of the widget.
        buffer: the text, its cursor and its selection.
        writes: whether it can write.
    """

    ALLOW_SELECT = False
    """It has a selection of its own, that of the text."""
    HELP = HELP
    BINDINGS: ClassVar[list[BindingType]] = BINDINGS

    class Looked(Message):
        """Another token is looked at, by cursor or mouse."""

        def __init__(self, pad: TokenPad) -> None:
            super().__init__()
            self.pad = pad

    class Turned(Message):
        """The pad has begun to write, or to read."""

    class Overfull(Message):
        """Something was left out, because the text would be too long."""

    def __init__(self, css_id: str, buffer: Buffer, *, writes: bool = True) -> None:
        super().__init__(css_id)
        self.buffer, self.writes = buffer, writes
        self.cut: Cut | None = None
        self.writing = False
        self._glyphs: Glyphs | None = None
        self._sheet: Sheet | None = None
        self._words = ""
        self._hovered: int | None = None
        self._column = 0
        """Cells from the left that up and down try to keep."""
        self._marked = (0, 0)
        """First and last line on which cursor or selection were last."""
        self._read: tuple[int, int] = (0, 0)
        """Cursor and token of the last step from token to token: several may hold one character."""

    # What is shown

    def show(self, cut: Cut | None, glyphs: Glyphs | None, words: str = "") -> None:
        """Show other tokens, or words where there are none."""
        self.cut, self._glyphs, self._words = cut, glyphs, words
        self._hovered = None
        self._lay_out()
        self.refresh()
        self.show_cursor()

    def edited(self, change: Change) -> None:
        """Some of the tokens have changed."""
        self._unhover()
        if self._sheet is not None:
            n_before = len(self._sheet)
            first = self._sheet.edited(change)
            self._sized()
            self.refresh_lines(first, max(n_before, len(self._sheet)) - first)

    def _lay_out(self) -> None:
        width = self.scrollable_content_region.width
        self._sheet = None
        if self.cut is not None and self._glyphs is not None and width:
            # The last cell is for a cursor behind the last token of a line.
            self._sheet = Sheet(self.cut, self._glyphs, width - 1)
        self._sized()

    def _sized(self) -> None:
        width = self.scrollable_content_region.width
        self.virtual_size = Size(width, len(self._sheet) if self._sheet else 0)

    def on_resize(self) -> None:
        """Lines are as wide as there is room; the cursor stays in sight."""
        self._lay_out()
        self.refresh()
        self.show_cursor()

    @property
    def flat(self) -> bool:
        """Whether tokens must do without colours."""
        return self.app.no_color or self.app.current_theme.ansi

    def draw_line(self, line: int) -> Strip:
        """The tokens of one line, with what is selected of them."""
        width = self.scrollable_content_region.width
        ground = self.style_named("")
        if self._sheet is None:
            return self.words_line(self._words, line)
        if line >= len(self._sheet):
            return Strip.blank(width, ground)
        pieces = self._sheet.lines.pieces(line)
        at_end = self.buffer.cursor == len(self.buffer.text) and line == len(self._sheet) - 1
        flat = self.flat
        if self._is_marked(self._sheet, pieces):
            segments = [
                part for piece in pieces for part in self._drawn(self._sheet, line, piece, flat)
            ]
        else:
            looks = [self.style_named(token_style(number, flat=flat)) for number in range(PERIOD)]
            segments = [Segment(piece.text, looks[piece.token % PERIOD]) for piece in pieces]
        if at_end and self.has_focus:
            segments.append(Segment(" ", self.style_named(CURSOR)))
        return Strip(segments).adjust_cell_length(width, ground)

    def _is_marked(self, sheet: Sheet, pieces: Sequence[Piece]) -> bool:
        """Whether the cursor, the selection or the mouse may be on a line: few lines of many."""
        if not pieces:
            return False
        first, last = pieces[0].token, pieces[-1].token
        if self._hovered is not None and first <= self._hovered <= last:
            return True
        if not self.has_focus:
            return False
        start, end = self.buffer.selection
        return start <= sheet.cut.span(last)[1] and sheet.cut.span(first)[0] <= end

    def _drawn(self, sheet: Sheet, line: int, piece: Piece, flat: bool) -> list[Segment]:
        style = token_style(piece.token, flat=flat)
        if piece.token == self._hovered:
            style = f"{style} {HOVERED}"
        start, end = self.buffer.selection
        if start == end and not self.writing:
            here = self.has_focus and start < len(self.buffer.text) and piece.token == self.token
            style = f"{style} {CURSOR}" if here and piece.token != self._hovered else style
            return [Segment(piece.text, self.style_named(style))]
        first, last = sheet.cut.span(piece.token)
        if not self.has_focus or end < first or last <= start:
            return [Segment(piece.text, self.style_named(style))]
        selected = SELECTED_FLAT if flat else SELECTED
        cursor = f"{style} {CURSOR}"
        return [
            Segment(
                part.text,
                self.style_named(
                    selected if start <= part.char < end
                    else cursor if part.char == start == end
                    else style
                ),
            )
            for part in sheet.parts(line, piece)
        ]  # fmt: skip

    # Where the cursor is

    @property
    def token(self) -> int | None:
        """The token that is looked at: under the mouse, else under the cursor; None in no text."""
        if self.cut is None or not self.cut.ids:
            return None
        if self._hovered is not None:
            return self._hovered
        cursor = self.buffer.cursor
        token = self._read[1] if self._read[0] == cursor else self.cut.place_of(cursor)[0]
        return min(token, len(self.cut.ids) - 1)

    def show_cursor(self, *, keep_column: bool = False) -> None:
        """Bring the cursor in sight, and say what it looks at."""
        sheet = self._sheet
        if sheet is None:
            return
        spot = sheet.spot(self.buffer.cursor)
        if not keep_column:
            self._column = spot.column
        top, height = self.scroll_offset.y, self.scrollable_content_region.height
        if spot.line < top:
            self.scroll_to(y=spot.line, animate=False, force=True)
        elif height and spot.line >= top + height:
            self.scroll_to(y=spot.line - height + 1, animate=False, force=True)
        self._refresh_marks(sheet)
        self.post_message(self.Looked(self))

    def _refresh_marks(self, sheet: Sheet) -> None:
        """Draw the lines anew where cursor and selection were, and where they are."""
        marked = sheet.lines_of(*self.buffer.selection)
        for first, last in (self._marked, marked):
            self.refresh_lines(first, last - first + 1)
        self._marked = marked

    def action_move(self, by: int, what: Step, select: bool = False) -> None:
        """Go somewhere: ``what`` says how far, ``by`` in which direction."""
        sheet, buffer = self._sheet, self.buffer
        if sheet is None:
            return
        self._unhover()
        select = select and self.writing
        if what == "char" and not self.writing:
            self._to_token(by)
        elif what == "char" and not select and buffer.selected:
            buffer.go_to(buffer.selection[by > 0])
        elif what in ("line", "page"):
            lines = by * (max(1, self.size.height - 1) if what == "page" else 1)
            spot = sheet.spot(buffer.cursor)
            buffer.go_to(sheet.char_at(Spot(self._column, spot.line + lines)), select=select)
        elif what == "edge":
            spot = sheet.spot(buffer.cursor)
            column = 0 if by < 0 else sheet.lines.width + 1
            buffer.go_to(sheet.char_at(Spot(column, spot.line)), select=select)
        else:
            place = {"char": buffer.cursor + by, "word": buffer.word_from(buffer.cursor, by)}
            edge = len(buffer.text) if by > 0 else 0
            buffer.go_to(place.get(what, edge), select=select)
        self.show_cursor(keep_column=what in ("line", "page"))

    def _to_token(self, by: int) -> None:
        token = self.token
        if token is None or self.cut is None:
            return
        at_end = self.buffer.cursor == len(self.buffer.text)
        token = max(0, min(token + (by if not (at_end and by < 0) else 0), len(self.cut.ids) - 1))
        self.buffer.go_to(self.cut.char_at(token, 0))
        self._read = (self.buffer.cursor, token)

    # Reading and writing

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What writes is only there while writing."""
        if action == "write":
            return self.writes and not self.writing
        return action not in WRITING or self.writing

    def action_write(self) -> None:
        """Begin to write."""
        self._turn(True)

    def action_read(self) -> None:
        """End it."""
        self._turn(False)

    def _turn(self, writing: bool) -> None:
        if self.writing != writing and self.writes:
            self.writing = writing
            self.buffer.go_to(self.buffer.cursor)
            self.refresh_bindings()
            self.post_message(self.Turned())
            self.show_cursor()

    def on_key(self, event: events.Key) -> None:
        """Letters and line breaks, while writing."""
        if not self.writing:
            return
        text = "\n" if event.key == "enter" else event.character if event.is_printable else None
        if text:
            event.stop()
            event.prevent_default()
            self.insert(text)

    def on_paste(self, event: events.Paste) -> None:
        """A paste is meant for the text, whatever the pad was doing."""
        if self.writes:
            event.stop()
            self._turn(True)
            self.insert(event.text)

    def insert(self, text: str) -> None:
        """Put a text in place of the selection, as far as there is room."""
        if self.buffer.insert(text):
            self.post_message(self.Overfull())
        self.show_cursor()

    def action_delete(self, by: int) -> None:
        """The character before the cursor or under it, or what is selected."""
        cursor = self.buffer.cursor
        self.buffer.delete(min(cursor, cursor + by), max(cursor, cursor + by))
        self.show_cursor()

    def action_delete_word(self) -> None:
        """Back to the beginning of the word."""
        self.buffer.delete(self.buffer.word_from(self.buffer.cursor, -1), self.buffer.cursor)
        self.show_cursor()

    def action_undo(self) -> None:
        """Take the last edit back."""
        self.buffer.undo()
        self.show_cursor()

    def action_redo(self) -> None:
        """Make it again."""
        self.buffer.redo()
        self.show_cursor()

    def action_copy(self) -> None:
        """What is selected, else the token that is looked at."""
        text = self.buffer.selected
        if not text and self.cut is not None and self.token is not None:
            text = self.cut.data(self.token).decode("utf-8", "replace")
        self.app.copy_to_clipboard(text)

    def action_cut_out(self) -> None:
        """Copy what is selected, and take it out."""
        if self.buffer.selected:
            self.app.copy_to_clipboard(self.buffer.selected)
            self.buffer.delete(0, 0)
            self.show_cursor()

    def action_paste(self) -> None:
        """What was copied in the lab; terminals paste what was copied elsewhere."""
        self.insert(self.app.clipboard)

    def action_select_all(self) -> None:
        """All of it."""
        self.buffer.go_to(0)
        self.buffer.go_to(len(self.buffer.text), select=True)
        self.show_cursor()

    # Mouse

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """The cursor goes where it is clicked; dragging selects."""
        offset = event.get_content_offset(self)
        if offset is None or self._sheet is None or event.button != 1:
            return
        self._unhover()
        spot = Spot(offset.x, offset.y + self.scroll_offset.y)
        self.buffer.go_to(self._sheet.char_at(spot))
        token = self._sheet.token_at(spot)
        self._read = (self.buffer.cursor, token) if token is not None else self._read
        self.show_cursor()
        self.capture_mouse()

    def on_mouse_up(self) -> None:
        """Dragging ends."""
        self.release_mouse()

    def on_click(self, event: events.Click) -> None:
        """A second click begins to write."""
        if event.chain > 1:
            self._turn(True)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Hovering looks at a token, dragging selects."""
        dragging = self.app.mouse_captured is self
        offset = event.get_content_offset(self)
        if dragging:
            offset = event.get_content_offset_capture(self)
        if self._sheet is None or offset is None:
            self._hover(None)
            return
        spot = Spot(offset.x, offset.y + self.scroll_offset.y)
        if dragging:
            self.buffer.go_to(self._sheet.char_at(spot), select=True)
            self.show_cursor()
        else:
            self._hover(self._sheet.token_at(spot))

    def on_leave(self) -> None:
        """The mouse has gone elsewhere."""
        self._hover(None)

    def _unhover(self) -> None:
        if self._hovered is not None:
            self._hovered = None
            self.refresh()

    def _hover(self, token: int | None) -> None:
        if token != self._hovered:
            self._hovered = token
            self.refresh()
            self.post_message(self.Looked(self))
