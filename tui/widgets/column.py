"""A column of the compare pane: one model's answer, any token of it selectable.

One widget draws the whole column through the line API: no widget, message or markup a token. Lines
that can no longer change are kept as strips; the timer of the pane calls :meth:`Column.flush`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.lane import Lane
from tui.notes import Note, wrapped
from tui.stages import BY_NAME

if TYPE_CHECKING:
    from textual.selection import Selection

    from tui.answers import Answer, Token
    from tui.transcript import Address, Line, Transcript

    _Mover = Callable[[Transcript, Address], Address]

# Not component classes: styling ten of them a column takes longer before the first paint than all
# the rest of the column.
_LOOKS = {
    "forced": "underline $quiet",
    "title": "$quiet",
    "dim": "$quiet",
    "good": "$text-success",
    "bad": "$text-error",
    "error": "$text-error",
    "abstained": "$text-warning",
}
_CURSOR = Style(reverse=True)


class Column(ScrollView, can_focus=True):
    """Shows an :class:`Answer` as it grows; holds the cursor."""

    HELP = """
## A column

One model's answer. Plain tokens were **sampled**; underlined ones were **given** (your prompt,
or a token you put there).

Select any token with the arrow keys or the mouse: below stand its probability, its rank, and the
alternatives it was drawn from. **space** goes to those alternatives; choosing one writes the answer
again from there.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "token(-1)", "token before", show=False, id="column.left"),
        Binding("right", "token(1)", "next token", show=False, id="column.right"),
        Binding("up", "line(-1)", "line above", show=False, id="column.up"),
        Binding("down", "line(1)", "line below", show=False, id="column.down"),
        Binding("home", "edge(-1)", "first token", show=False, id="column.home"),
        Binding("end", "edge(1)", "last token", show=False, id="column.end"),
        Binding("space,enter", "alternatives", "alternatives", id="column.alternatives"),
    ]

    class Selected(Message):
        """The cursor stands on another token, or on none."""

        def __init__(self, column: Column) -> None:
            super().__init__()
            self.column = column

    class AlternativesWanted(Message):
        """The person wants to choose another token in the cursor's place."""

        def __init__(self, column: Column) -> None:
            super().__init__()
            self.column = column

    class ChoiceWanted(Message):
        """The person wants another model in this column."""

        def __init__(self, column: Column) -> None:
            super().__init__()
            self.column = column

    def __init__(self, lane: Lane) -> None:
        super().__init__()
        self.lane = lane
        self.hint: Sequence[Note] = ()
        self.answer: Answer | None = None
        self.cursor: Address | None = None
        self.show_prompt = True
        self.transcript: Transcript | None = None
        self._notes: dict[int, tuple[Note, ...]] = {}
        self._strips: dict[int, Strip] = {}
        self._styles: dict[str, Style] = {}
        self._words: tuple[Content, Content] | None = None
        self._bottom = 0

    # What is shown

    def show(self, answer: Answer | None, *, show_prompt: bool) -> None:
        """Show another answer from its beginning."""
        if self.text_selection is not None:
            self.screen.clear_selection()  # What was marked goes.
        self.answer, self.show_prompt = answer, show_prompt
        self.cursor = None
        self._notes = {}
        self._rebuild()
        self.scroll_home(animate=False)
        self.post_message(self.Selected(self))

    def say(self, *notes: Note) -> None:
        """Sentences in place of an answer that has no tokens (yet)."""
        if self.hint != notes:
            self.hint = notes
            self._strips.clear()
            self.refresh()

    def set_notes(self, row: int, *notes: Note) -> None:
        """Sentences under a sample: its verdict, or why it ended early."""
        if self._notes.get(row) == notes or self.transcript is None:
            return
        self._notes[row] = notes
        self.transcript.set_notes(row, notes)
        self._grown(0)

    def flush(self) -> None:
        """Draw the tokens that have arrived since the last call."""
        if self.transcript is None:
            return
        first = self.transcript.update()
        if first is None:
            return
        if first == 0:
            for row, notes in self._notes.items():
                self.transcript.set_notes(row, notes)
        self._grown(first)

    @property
    def token(self) -> Token | None:
        """The token under the cursor."""
        if self.cursor is None or self.transcript is None:
            return None
        return self.transcript.token(self.cursor)

    def select(self, address: Address | None) -> None:
        """Move the cursor and keep it in sight."""
        if address == self.cursor:
            return
        transcript = self.transcript
        self.cursor = address
        self._strips.clear()
        if address is not None and transcript is not None:
            y = transcript.line_of(address)
            top, height = self.scroll_offset.y, self.scrollable_content_region.height
            if not top <= y < top + height:
                self.scroll_to(y=max(0, y - height // 2), animate=False)
        self.refresh()
        self.post_message(self.Selected(self))

    # Drawing

    def render_line(self, y: int) -> Strip:
        """One line of the visible part."""
        y += self.scroll_offset.y
        strip = self._strips.get(y)
        if strip is None:
            strip = self._strips[y] = self._draw(y)
        if self.mouse_hover or self.text_selection is not None:
            from tui.widgets.marking import with_marks  # Not before the first paint.

            return with_marks(self, strip, y)
        return strip

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """What is marked, as it stands on the screen."""
        n_lines = self.transcript.height if self.transcript and self.transcript.sections else 0
        n_lines = n_lines or self.scrollable_content_region.height  # Of a sentence in its place.
        text = "\n".join(self._draw(y).text.rstrip() for y in range(n_lines))
        return selection.extract(text), "\n"

    def notify_style_update(self) -> None:
        """The theme or the focus has changed."""
        super().notify_style_update()
        self._strips.clear()
        self._styles.clear()

    def on_resize(self) -> None:
        """Wrap anew at the new width."""
        width = self.scrollable_content_region.width
        if self.transcript is None or self.transcript.width != width:
            cursor = self.cursor
            self._rebuild()
            self.cursor = cursor
        else:
            self._grown(0)

    def _rebuild(self) -> None:
        self._strips.clear()
        if self.answer is None:
            self.transcript = None
            self.virtual_size = Size(0, 0)
            self.refresh()
            return
        from tui.transcript import Transcript  # Not before the first paint.

        width = self.scrollable_content_region.width
        self.transcript = Transcript(self.answer, width, show_prompt=self.show_prompt)
        self.transcript.update()
        for row, notes in self._notes.items():
            self.transcript.set_notes(row, notes)
        self._grown(0)
        self.refresh()  # Sentences in place of an answer are no lines that have grown.

    def _grown(self, first: int) -> None:
        assert self.transcript is not None
        following = self.cursor is None and self.scroll_offset.y >= self.max_scroll_y
        for y in [y for y in self._strips if y >= first]:
            del self._strips[y]
        height = self._page_height(self.transcript.height)
        if height != self.virtual_size.height:
            self.virtual_size = Size(self.transcript.width, height)
            if following:
                self.scroll_end(animate=False, immediate=True, x_axis=False)
        bottom = max(self._bottom, self.transcript.height)
        self._bottom = self.transcript.height
        self.refresh_lines(first, max(1, bottom - first))

    def _page_height(self, height: int) -> int:
        """The text's height with room to grow into.

        Each new height costs a layout of the screen, and each scroll a repaint of the column (6 ms
        at 40x30), so a long text scrolls by half a page at a time, not by a line. One that fits has
        none: in a terminal that was made smaller it would be taller than its place for a moment,
        and the scroll bar that comes with that stays.
        """
        room = self.scrollable_content_region.height
        if height <= room or not room:
            return 0
        chunk = max(3, room // 2)
        return room + -(-(height - room) // chunk) * chunk

    def _draw(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        transcript = self.transcript
        if transcript is None or not transcript.sections:
            return self._draw_hint(y, width)
        if y >= transcript.height:
            return Strip.blank(width, self._style(""))
        line = transcript.line(y)
        if line.kind == "tokens":
            return self._draw_tokens(transcript, line, width)
        style = self._style("" if line.kind == "gap" else line.kind)
        text = f"╶ {line.text}" if line.kind == "title" else line.text
        return Strip([Segment(text, style)]).adjust_cell_length(width, self._style(""))

    def _draw_hint(self, y: int, width: int) -> Strip:
        lines = wrapped(self.hint, width)
        if y >= len(lines):
            return Strip.blank(width, self._style(""))
        kind, text = lines[y]
        return Strip([Segment(text, self._style(kind))]).adjust_cell_length(width, self._style(""))

    def _draw_tokens(self, transcript: Transcript, line: Line, width: int) -> Strip:
        section = transcript.sections[line.section]
        chosen = self.cursor.token if self.cursor and self.cursor.section == line.section else -1
        segments = []
        for piece in line.pieces:
            forced = section.token(piece.token).forced
            style = self._style("forced" if forced else "")
            if piece.token == chosen:
                style += _CURSOR
            segments.append(Segment(piece.text, style))
        cells = sum(piece.cells for piece in line.pieces)
        return Strip(segments, cells).adjust_cell_length(width, self._style(""))

    def _style(self, name: str) -> Style:
        style = self._styles.get(name)
        if style is None:
            visual = self.visual_style
            if name:
                visual += self.app.stylesheet.parse_style(_LOOKS[name])
            style = visual.rich_style
            self._styles[name] = style
        return style

    # Keys and mouse

    def action_token(self, by: int) -> None:
        """Move the cursor by a token."""
        self._move(lambda transcript, at: transcript.step(at, by), by)

    def action_line(self, by: int) -> None:
        """Move the cursor to the line above or below."""
        self._move(lambda transcript, at: transcript.vertical(at, by), by)

    def action_edge(self, by: int) -> None:
        """Move the cursor to the first or the last token."""
        self._move(lambda transcript, at: self._edge(transcript, by), by)

    def action_alternatives(self) -> None:
        """Open the alternatives of the token under the cursor."""
        self.post_message(self.AlternativesWanted(self))

    def _move(self, where: _Mover, by: int) -> None:
        if self.transcript is None or not self.transcript.sections:
            return
        if self.cursor is None:
            self.select(self._first_sampled(self.transcript, by))
        else:
            self.select(where(self.transcript, self.cursor))

    @staticmethod
    def _edge(transcript: Transcript, by: int) -> Address:
        return transcript.first() if by < 0 else transcript.last()

    def _first_sampled(self, transcript: Transcript, by: int) -> Address:
        """A first key press lands on the answer, not on the prompt."""
        address = transcript.address_of(0, 0)
        if by < 0 or address is None or not transcript.sections[address.section].tokens:
            return self._edge(transcript, 1)
        return address

    def on_click(self, event: events.Click) -> None:
        """Select the token that was clicked; behind a drag, which has marked text, nothing."""
        from tui.widgets.marking import ends_marking

        if ends_marking(self, event):
            return
        offset = event.get_content_offset(self)
        if offset is None or self.transcript is None:
            return
        y = offset.y + self.scroll_offset.y
        address = self.transcript.address_at(y, offset.x)
        if address is None:
            return
        if address == self.cursor and event.chain > 1:
            self.action_alternatives()
        else:
            self.select(address)

    def action_choose(self) -> None:
        """The name on the border was clicked."""
        self.post_message(self.ChoiceWanted(self))

    def label(self, *, chat: bool, number: str, device: str) -> None:
        """Set the words on the border: the model above, the numbers below."""
        self.set_class(self.lane.is_live(), "-live")
        title = self.lane.title(chat=chat, number=number, device=device)
        words = (title, self.lane.subtitle(self.size.width - 4))
        if words != self._words:
            self._words = words
            self.border_title, self.border_subtitle = words
            for stage in BY_NAME:
                of_stage = self.lane.model is not None and stage == self.lane.stage
                self.set_class(of_stage, f"-{stage}")
