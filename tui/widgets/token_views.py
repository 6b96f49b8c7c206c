"""The six views of the Tokens pane, one of them shown, and what is known of the token looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from tui.clipboard import Piece
from tui.tokens.about_text import about_token
from tui.tokens.chat_layout import about_piece
from tui.tokens.desk import Desk, Seat
from tui.widgets.token_chat import TokenChat
from tui.widgets.token_compare import TokenCompare
from tui.widgets.token_head import View
from tui.widgets.token_merges import TokenMerges
from tui.widgets.token_pad import TokenPad
from tui.widgets.token_spelling import TokenSpelling
from tui.widgets.token_train import TokenTrain
from tui.widgets.words import Words

if TYPE_CHECKING:
    from engine.vocab.incremental import Change
    from tui.panes.pane import Contents

OF_TEXT: tuple[View, ...] = ("text", "compare")
"""Views in which the text stands as tokens."""
_DETAILED: tuple[View, ...] = (*OF_TEXT, "chat", "train")
_EMPTY = "The text is empty: e writes, or paste one; x takes an example."


class TokenViews(Vertical):
    """Draws what is on the desk.

    Args:
        desk: the text and the tokenizers.
    """

    class Turned(Message):
        """Another tokenizer is chosen, or another token of a conversation is looked at."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(id="token-views")
        self._desk = desk
        self.view: View = "text"
        self.pad, self.compare = TokenPad("token-pad", desk.buffer), TokenCompare(desk)
        self.merges, self.chat, self.train = TokenMerges(), TokenChat(), TokenTrain()
        self.spelling = TokenSpelling(desk)
        self._details = Words(id="token-details")
        self._views: dict[View, Widget] = {
            "text": self.pad,
            "compare": self.compare,
            "merges": self.merges,
            "chat": self.chat,
            "train": self.train,
            "spelling": self.spelling,
        }

    def compose(self) -> ComposeResult:
        """All six, and the details below."""
        yield from self._views.values()
        yield self._details

    @property
    def focused_pad(self) -> TokenPad:
        """The pad that the cursor is in, or was in last."""
        if self.view == "train":
            return self.train.pad
        return self.compare.pads[self._desk.place] if self.view == "compare" else self.pad

    def go_to(self, view: View) -> None:
        """Show a view."""
        self.view = view
        for name, widget in self._views.items():
            widget.display = name == view
        self._details.display = view in _DETAILED
        self.show()

    def focus_view(self) -> None:
        """Give the focus to what is shown."""
        focused: dict[View, Widget] = {
            "compare": self.focused_pad,
            "merges": self.merges.list,
            "train": self.train.slider,
            "spelling": self.spelling.letters,
        }
        # Not before it is laid out: what is not shown cannot have the focus.
        self.call_after_refresh(focused.get(self.view, self._views[self.view]).focus)

    def show(self) -> None:
        """Draw anew what stands on the desk."""
        seat = self._desk.seat
        if self.view == "text":
            self.pad.show(seat.cut, seat.glyphs, seat.words)
        elif self.view == "compare":
            self.compare.show()
        elif self.view == "spelling":
            self.spelling.show()
        self._show_details()

    def show_seat(self, seat: Seat) -> None:
        """A tokenizer has another state, or another cut of the text."""
        if self.view == "compare":
            self.compare.show_seat(seat)
            self.compare.show_counts()
        elif seat is self._desk.seat or self.view == "spelling":
            self.show()
        self._show_details()

    def edited(self, seat: Seat, change: Change) -> None:
        """Some of a tokenizer's tokens have changed."""
        if self.view == "text" and seat is self._desk.seat:
            self.pad.edited(change)
        elif self.view == "compare":
            self.compare.pad_of(seat).edited(change)
            self.compare.show_counts()
        self._show_details()

    def _show_details(self) -> None:
        pad, place = self.focused_pad, self.chat.looked_at
        words = Content.styled("" if self._desk.buffer.text else _EMPTY, "$quiet")
        if self.view == "chat":
            words = Content("") if place is None else about_piece(self.chat.written, place)
        elif pad.cut is not None and pad.token is not None:
            words = about_token(pad.cut, pad.token)
        self._details.say(words)

    def contents(self) -> Contents | None:
        """What the view shows."""
        from tui.export import tokens

        desk, merging, learning = self._desk, self.merges.merging, self.train.learning
        match self.view:
            case "merges":
                return tokens.of_merges(merging) if merging else None
            case "chat":
                return tokens.of_chat(desk.seat.name, self.chat.written)
            case "train":
                figures = self.train.figures
                return tokens.of_training(learning.merges, figures) if learning else None
            case "spelling":
                return tokens.of_spelling(self.spelling.text)
        return tokens.of_text(desk, [desk.seat] if self.view == "text" else desk.seats)

    def under_cursor(self) -> Piece | None:
        """The selected text, else what is said of the token or the step that is looked at."""
        match self.view:
            case "merges":
                return Piece("the word's steps", self.merges.text)
            case "spelling":
                return Piece("the word's letters", self.spelling.text)
            case "text" | "compare" if self._desk.buffer.selected:
                return Piece("the text", self._desk.buffer.selected)
        return Piece("the token", self._details.text)

    @on(TokenPad.Looked)
    def looked(self, event: TokenPad.Looked) -> None:
        """Another token is looked at: the selection may have changed in all columns."""
        event.stop()
        if self.view == "compare":
            for pad in self.compare.pads:
                pad.refresh()
        self._show_details()

    @on(TokenCompare.Chosen)
    def chosen(self, event: TokenCompare.Chosen) -> None:
        """Another column has the focus."""
        event.stop()
        self.post_message(self.Turned())
        self._show_details()

    @on(TokenChat.Looked)
    def looked_at_piece(self, event: TokenChat.Looked) -> None:
        """Another token of the conversation."""
        event.stop()
        self.post_message(self.Turned())
        self._show_details()
