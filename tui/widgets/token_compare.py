"""Two to four tokenizers side by side on one text, with what each needs for it."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message

from tui.format import grouped
from tui.tokens.about_text import seat_words
from tui.tokens.desk import MOST_SEATS, Desk, Seat
from tui.tokens.looks import BEST
from tui.widgets.token_pad import TokenPad
from tui.widgets.words import Words


class TokenCompare(Horizontal):
    """A column a tokenizer; the fewest tokens are marked.

    Args:
        desk: the text and the tokenizers.
    """

    HELP = """
## Side by side

The same text, cut by each tokenizer; the cursor is the same in all. **[** and **]** choose a
column, **k** puts another tokenizer there, **+** and **-** add and take away columns.
"""

    class Chosen(Message):
        """Another column has the focus."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(id="token-compare")
        self._desk = desk
        self.pads = tuple(TokenPad(f"token-pad-{n}", desk.buffer) for n in range(MOST_SEATS))
        self._heads = tuple(Words(classes="token-counts") for _ in range(MOST_SEATS))

    def compose(self) -> ComposeResult:
        """All the columns that there can be."""
        for head, pad in zip(self._heads, self.pads, strict=True):
            with Vertical(classes="token-column"):
                yield head
                yield pad

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """The column that has the focus is the chosen one."""
        place = next((n for n, pad in enumerate(self.pads) if pad is event.widget), None)
        if place is not None and place != self._desk.place:
            self._desk.place = place
            self.show_counts()
            self.post_message(self.Chosen())

    def pad_of(self, seat: Seat) -> TokenPad:
        """The pad that shows a seat."""
        return self.pads[self._desk.seats.index(seat)]

    def show(self) -> None:
        """Show all seats anew."""
        for place, column in enumerate(self.query(".token-column")):
            column.display = place < len(self._desk.seats)
        for seat in self._desk.seats:
            self.show_seat(seat)
        self.show_counts()

    def show_seat(self, seat: Seat) -> None:
        """Show one of them anew."""
        self.pad_of(seat).show(seat.cut, seat.glyphs, seat.words)

    def show_counts(self) -> None:
        """Say what each needs."""
        fewest = self._desk.fewest()
        for head, seat in zip(self._heads, self._desk.seats, strict=False):
            head.say(self._head(seat, best=seat in fewest))
        for place, column in enumerate(self.query(".token-column")):
            column.set_class(place == self._desk.place, "-chosen")

    def _head(self, seat: Seat, *, best: bool) -> Content:
        counts = self._desk.counts(seat)
        if counts is None:
            return seat_words(seat) + Content("\n\n")
        share = [
            (f"{counts.characters_a_token:6.2f} characters a token\n", ""),
            (f"{counts.bytes_a_token:6.2f} bytes a token", ""),
        ]
        mark = (f"  {BEST}", "bold $text-success") if best else ""
        tokens = (f"{grouped(counts.tokens):>6} tokens", "bold" if best else "")
        return Content.assemble(seat_words(seat), "\n", tokens, mark, "\n", *share)
