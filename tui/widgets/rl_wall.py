"""The wall of cards: all attempts at one problem, the right ones green and the wrong ones red."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from tui.rl.wall_layout import WallLayout
from tui.widgets.marking import ends_marking
from tui.widgets.piece_view import PieceView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.rl.record import Attempt


class RlWall(PieceView):
    """Draws a :class:`WallLayout`; holds the cursor."""

    HELP = """
## The wall

A card is an attempt at the problem: **✓** right, **✗** wrong by the task's own verifier, whatever
the run rewards. Behind it stands the advantage (how much better than the group it was), the length
in tokens, and the parts of its reward.

Where the update was measured, what became likelier by it is green and underlined, what became less
likely red and italic; bold is a change of more than 0.1 nats. What a tool wrote is grey.

The arrow keys or the mouse choose a card, **enter** or a second click opens it: all of it, with ids
and log-probabilities.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "card(-1, 0)", "left", show=False, id="wall.left"),
        Binding("right", "card(1, 0)", "right", show=False, id="wall.right"),
        Binding("up", "card(0, -1)", "up", show=False, id="wall.up"),
        Binding("down", "card(0, 1)", "down", show=False, id="wall.down"),
        Binding("home", "edge(0)", "first", show=False, id="wall.home"),
        Binding("end", "edge(-1)", "last", show=False, id="wall.end"),
        Binding("enter,space", "open", "open", id="wall.open"),
    ]

    class Opened(Message):
        """A card is to be read whole."""

        def __init__(self, card: int) -> None:
            super().__init__()
            self.card = card

    def __init__(self) -> None:
        super().__init__("rl-wall")
        self.attempts: Sequence[Attempt] = ()
        self.card = 0
        self._cards = WallLayout()
        self._rows: dict[int, list[Strip]] = {}

    def show(self, attempts: Sequence[Attempt]) -> None:
        """Show other attempts; the cursor keeps its place."""
        if attempts is not self.attempts:
            self.unmark()
            self.attempts = attempts
            self.card = max(0, min(self.card, len(attempts) - 1))
            self._lay_out()

    def _lay_out(self) -> None:
        region = self.scrollable_content_region
        self._cards = WallLayout(self.attempts, max(8, region.width), region.height)
        self._rows.clear()
        self.virtual_size = Size(region.width, self._cards.lines if self.attempts else 0)
        self.refresh()

    def on_resize(self) -> None:
        """Cards are as wide as there is room."""
        self._lay_out()

    def forget_drawn(self) -> None:
        """Draw all cards anew."""
        self._rows.clear()

    def draw_line(self, line: int) -> Strip:
        """A line of all the cards that stand beside each other."""
        layout, width = self._cards, self.scrollable_content_region.width
        row, line = divmod(line, layout.card_lines)
        if not self.attempts or row >= layout.rows:
            return Strip.blank(width, self.style_named(""))
        if row not in self._rows:
            lines = layout.row(row, self.card)
            self._rows[row] = [
                Strip([Segment(p.text, self.style_named(p.style)) for p in pieces])
                .adjust_cell_length(width, self.style_named(""))
                for pieces in lines
            ]  # fmt: skip
        return self._rows[row][line]

    # Keys and mouse

    def action_card(self, across: int, down: int) -> None:
        """The card beside, above or below."""
        self.go_to(self.card + across + down * self._cards.columns)

    def action_edge(self, card: int) -> None:
        """The first (0) or the last (-1)."""
        self.go_to(card % max(1, len(self.attempts)))

    def action_open(self) -> None:
        """Read the card whole."""
        if self.attempts:
            self.post_message(self.Opened(self.card))

    def go_to(self, card: int) -> None:
        """Put the cursor on a card, if there is one, and bring it in sight."""
        if not 0 <= card < len(self.attempts):
            return
        layout = self._cards
        for changed in (self.card, card):
            self._rows.pop(changed // layout.columns, None)
        self.card = card
        self.refresh()
        top = card // layout.columns * layout.card_lines
        seen, height = self.scroll_offset.y, self.scrollable_content_region.height
        if top < seen or height < layout.card_lines:
            self.scroll_to(y=top, animate=False)
        elif top + layout.card_lines > seen + height:
            self.scroll_to(y=top + layout.card_lines - height, animate=False)

    def on_click(self, event: events.Click) -> None:
        """A click chooses a card, a second one opens it."""
        offset = event.get_content_offset(self)
        if ends_marking(self, event) or offset is None:
            return
        card = self._cards.card_at(offset.x, offset.y + self.scroll_offset.y)
        if card is not None:
            self.go_to(card)
            if event.chain > 1:
                self.action_open()
