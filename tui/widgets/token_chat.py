"""The view of a conversation: its tokens by turns, and below each whether the loss counts it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import set_cell_size
from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from tui.tokens.chat_layout import GUTTER, ChatLayout
from tui.tokens.looks import CURSOR, HOVERED
from tui.widgets.marking import ends_marking
from tui.widgets.piece_view import PieceView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.vocab.chats import ChatPiece


class TokenChat(PieceView):
    """Draws a :class:`ChatLayout`; arrows and the mouse look at a token."""

    HELP = """
## A conversation

To a model a conversation is one row of ids. Special tokens, in italics, say who speaks; no text
ever becomes one. **▔** stands below the tokens that the loss counts: those that the assistant has
to write itself.

**e** edits the conversation, **x** takes the next example, **k** another tokenizer: that of a chat
model writes its own protocol, o200k_base and cl100k_base write ChatML. **i** shows the ids.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1)", "left", show=False, id="token-chat.left"),
        Binding("right", "move(1)", "right", show=False, id="token-chat.right"),
        Binding("up", "line(-1)", "up", show=False, id="token-chat.up"),
        Binding("down", "line(1)", "down", show=False, id="token-chat.down"),
        Binding("home", "move(-99999)", "first", show=False, id="token-chat.first"),
        Binding("end", "move(99999)", "last", show=False, id="token-chat.last"),
        Binding("e,enter", "edit", "edit", key_display="e", id="token-chat.edit"),
    ]

    class Looked(Message):
        """Another token is looked at."""

    class Editing(Message):
        """The conversation is to be edited."""

    def __init__(self) -> None:
        super().__init__("token-chat")
        self.written: Sequence[ChatPiece] = ()
        self._words = ""
        self._ids = False
        self._cursor = 0
        self._hovered: int | None = None
        self._layout_: ChatLayout | None = None

    @property
    def looked_at(self) -> int | None:
        """The token under the mouse, else under the cursor."""
        if not self.written:
            return None
        return self._cursor if self._hovered is None else self._hovered

    def show(self, written: Sequence[ChatPiece], words: str = "", *, ids: bool = False) -> None:
        """Show a conversation, or words where there is none."""
        self.unmark()
        self.written, self._words, self._ids = written, words, ids
        self._cursor = max(0, min(self._cursor, len(written) - 1))
        self._hovered = None
        self._lay_out()
        self.post_message(self.Looked())

    def _lay_out(self) -> None:
        region = self.scrollable_content_region
        self._layout_ = None
        if self.written and region.width:
            self._layout_ = ChatLayout(self.written, region.width, ids=self._ids)
        layout = self._layout_
        n_lines = len(layout.lines) * 2 + len(layout.ids) if layout else 0
        self.virtual_size = Size(region.width, n_lines)
        self.refresh()

    def on_resize(self) -> None:
        """Lines are as wide as there is room."""
        self._lay_out()

    def draw_line(self, line: int) -> Strip:
        """Tokens and the signs below them take turns."""
        width, ground = self.scrollable_content_region.width, self.style_named("")
        layout = self._layout_
        if layout is None:
            return self.words_line(self._words, line)
        below = line - len(layout.lines) * 2
        if below >= 0:
            ids = layout.ids[below] if below < len(layout.ids) else ""
            words = Segment(ids, self.style_named("$quiet"))
            return Strip([words]).adjust_cell_length(width, ground)
        shown = layout.lines[line // 2]
        if line % 2:
            signs = (layout.sign(piece) for piece in shown.pieces)
            segments = [Segment(sign, self.style_named(style)) for sign, style in signs]
            return Strip([Segment(" " * GUTTER, ground), *segments]).adjust_cell_length(
                width, ground
            )
        role = set_cell_size(shown.role, GUTTER)
        segments = [Segment(role, self.style_named("$quiet"))]
        flat = self.app.no_color or self.app.current_theme.ansi
        for piece in shown.pieces:
            style = layout.style(piece.token, flat=flat)
            if piece.token == self._hovered:
                style = f"{style} {HOVERED}"
            elif piece.token == self._cursor and self.has_focus:
                style = f"{style} {CURSOR}"
            segments.append(Segment(piece.text, self.style_named(style)))
        return Strip(segments).adjust_cell_length(width, ground)

    # Keys and mouse

    def action_move(self, by: int) -> None:
        """Some tokens on."""
        self._go_to(max(0, min(self._cursor + by, len(self.written) - 1)))

    def action_line(self, by: int) -> None:
        """The line above or below."""
        layout = self._layout_
        if layout is not None:
            line = max(0, min(layout.line_of(self._cursor) + by, len(layout.lines) - 1))
            self._go_to(layout.lines[line].pieces[0].token)

    def _go_to(self, place: int) -> None:
        self._cursor, self._hovered = place, None
        layout = self._layout_
        if layout is None:
            return
        top = layout.line_of(place) * 2
        seen, height = self.scroll_offset.y, self.scrollable_content_region.height
        if top < seen:
            self.scroll_to(y=top, animate=False)
        elif top + 2 > seen + height:
            self.scroll_to(y=top + 2 - height, animate=False)
        self.refresh()
        self.post_message(self.Looked())

    def action_edit(self) -> None:
        """Edit the conversation."""
        self.post_message(self.Editing())

    def on_click(self, event: events.Click) -> None:
        """A click looks at a token, a second one edits."""
        if ends_marking(self, event):
            return
        place = self._under(event)
        if place is not None:
            self._go_to(place)
        if event.chain > 1:
            self.action_edit()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Hovering looks at a token."""
        self._hover(self._under(event))

    def on_leave(self) -> None:
        """The mouse has gone elsewhere."""
        self._hover(None)

    def _under(self, event: events.MouseEvent) -> int | None:
        offset = event.get_content_offset(self)
        if offset is None or self._layout_ is None:
            return None
        return self._layout_.place_at(offset.x, offset.y + self.scroll_offset.y)

    def _hover(self, place: int | None) -> None:
        if place != self._hovered:
            self._hovered = place
            self.refresh()
            self.post_message(self.Looked())
