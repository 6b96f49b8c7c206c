"""One block of a conversation on the screen: a question, a stretch of text, a call, an ending."""

from __future__ import annotations

from typing import Literal, NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from tui.widgets.words import Words

Kind = Literal["question", "text", "call", "end", "without"]
_KINDS: tuple[Kind, ...] = ("question", "text", "call", "end", "without")


class Place(NamedTuple):
    """Which block of a conversation: of an exchange its question, a part of its reply, ..."""

    exchange: int
    kind: Kind
    part: int = 0


class Look(NamedTuple):
    """What stands in a block.

    Args:
        body: its words.
        head: the line that folds it, if it has one.
        tokens: its exact tokens, where they are wanted.
    """

    body: Content
    head: Content = Content("")
    tokens: Content = Content("")

    @property
    def kind(self) -> type[Block]:
        """Which blocks can show it."""
        return PartedBlock if self.head.plain or self.tokens.plain else PlainBlock


class Body(Words):
    """What stands in a block; its links are decisions about the call."""

    class Decided(Message):
        """A decision was clicked."""

        def __init__(self, what: str) -> None:
            super().__init__()
            self.what = what

    def action_decide(self, what: str) -> None:
        """Hand it on."""
        self.post_message(self.Decided(what))


class Block(Widget):
    """A block of a conversation. A long one scrolls as fast as its blocks are few widgets."""

    class Clicked(Message):
        """The block was clicked, perhaps on its head line."""

        def __init__(self, block: Block, *, on_head: bool) -> None:
            super().__init__()
            self.block, self.on_head = block, on_head

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place

    def show(self, place: Place, look: Look) -> None:
        """Show other words, where they differ."""
        self.place = place
        for kind in _KINDS:
            self.set_class(kind == place.kind, f"-{kind}")
        self._say(look)

    def _say(self, look: Look) -> None:
        raise NotImplementedError


class PlainBlock(Block, Words):
    """A block of nothing but words."""

    def _say(self, look: Look) -> None:
        self.say(look.body)

    def on_click(self) -> None:
        """Choose it."""
        self.post_message(self.Clicked(self, on_head=False))


class PartedBlock(Block):
    """A head line that folds it (calls only), its body, and its tokens when they are wanted."""

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._head, self._body = Words(classes="head"), Body(classes="body")
        self._tokens = Words(classes="tokens")

    def compose(self) -> ComposeResult:
        """From the top down."""
        yield self._head
        yield self._body
        yield self._tokens

    def _say(self, look: Look) -> None:
        """An empty part takes no line."""
        for words, content in (
            (self._head, look.head), (self._body, look.body), (self._tokens, look.tokens)
        ):  # fmt: skip
            words.display = bool(content.plain)
            words.say(content)

    def on_click(self, event: events.Click) -> None:
        """Choose it; on the head line fold or unfold it."""
        self.post_message(self.Clicked(self, on_head=event.widget is self._head))
