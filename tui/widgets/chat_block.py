"""One block of a conversation on the screen: a question, a stretch of text, a call, an ending."""

from __future__ import annotations

from typing import Literal, NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message

from tui.widgets.words import Words

Kind = Literal["question", "text", "call", "end", "without"]
_KINDS: tuple[Kind, ...] = ("question", "text", "call", "end", "without")


class Place(NamedTuple):
    """Which block of a conversation: of an exchange its question, a part of its reply, ..."""

    exchange: int
    kind: Kind
    part: int = 0


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


class Block(Vertical):
    """A head line that folds it (calls only), its body, and its tokens when they are wanted."""

    class Clicked(Message):
        """The block was clicked, perhaps on its head line."""

        def __init__(self, block: Block, *, on_head: bool) -> None:
            super().__init__()
            self.block, self.on_head = block, on_head

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place
        self._head, self._body = Words(classes="head"), Body(classes="body")
        self._tokens = Words(classes="tokens")

    def compose(self) -> ComposeResult:
        """From the top down."""
        yield self._head
        yield self._body
        yield self._tokens

    def show(self, place: Place, head: Content, body: Content, tokens: Content) -> None:
        """Show other words, where they differ; an empty part takes no line."""
        self.place = place
        for kind in _KINDS:
            self.set_class(kind == place.kind, f"-{kind}")
        for words, content in ((self._head, head), (self._body, body), (self._tokens, tokens)):
            words.display = bool(content.plain)
            words.say(content)

    def on_click(self, event: events.Click) -> None:
        """Choose it; on the head line fold or unfold it."""
        self.post_message(self.Clicked(self, on_head=event.widget is self._head))
