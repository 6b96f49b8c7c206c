"""A conversation on the screen: a block for each question, stretch of text, call and ending."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal, NamedTuple

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message

from engine import special
from tui.chat import looks
from tui.chat.parts import Call, Part
from tui.widgets.words import Words

if TYPE_CHECKING:
    from engine.tool_protocol import ToolInfo
    from tui.chat.conversation import Conversation, Exchange
    from tui.chat.reply import Reply

Kind = Literal["question", "text", "call", "end", "without"]
_KINDS: tuple[Kind, ...] = ("question", "text", "call", "end", "without")
_BORDER_CELLS = 6


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


class Blocks(VerticalScroll, can_focus=True):
    """The blocks of one conversation, one of them chosen; follows the end while it grows."""

    HELP = """
## The conversation

↑ and ↓ choose a block; **enter** folds a call or opens it; **t** shows the exact tokens with their
ids, what was *sampled* and what was *forced* (‡).

A call that waits: **a** approve, **d** deny, **e** edit it first, **i** write its output by hand.
**e** and **i** work on any call: the answer is then written anew from there. **r** writes it anew
from the chosen block with another seed, **o** asks the same question with tools off.
**escape** stops what runs, **/** goes to the prompt, **y** copies, **x** exports.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "choose(-1)", "up", show=False, id="blocks.up"),
        Binding("down", "choose(1)", "down", show=False, id="blocks.down"),
        Binding("home", "edge(-1)", "first", show=False, id="blocks.home"),
        Binding("end", "edge(1)", "last", show=False, id="blocks.end"),
        Binding("enter,space", "fold", "fold", show=False, id="blocks.fold"),
        Binding("t", "tokens", "tokens", id="blocks.tokens"),
    ]

    class Chosen(Message):
        """Another block is the chosen one."""

    def __init__(self) -> None:
        super().__init__(id="blocks")
        self.conversation: Conversation | None = None
        self.names: dict[int, str] = {}
        """What special tokens are called, by id; learned from calls."""
        self.chosen: int | None = None
        self._blocks: list[Block] = []
        self._folds: dict[Place, bool] = {}
        self._with_tokens: set[Place] = set()

    # What is shown

    def show(self, conversation: Conversation) -> None:
        """Show another conversation, from its end."""
        self.conversation = conversation
        self.chosen = None
        self._folds.clear()
        self._with_tokens.clear()
        self.draw()
        self.follow()

    def follow(self) -> None:
        """Go to the end; from there it is followed while it grows."""
        self.scroll_end(animate=False)

    def draw(self, since: int = 0) -> None:
        """Draw the exchanges from ``since`` on; only what differs is laid out anew."""
        if self.conversation is None:
            return
        at_end = self.is_vertical_scroll_end
        places = list(_places(self.conversation))
        while len(self._blocks) > len(places):
            self._blocks.pop().remove()
        fresh = [Block(place) for place in places[len(self._blocks) :]]
        self._blocks += fresh
        for block, place in zip(self._blocks, places, strict=True):
            if place.exchange >= since or block in fresh:
                block.show(place, *self._words(place))
        if fresh and self.is_attached:
            self.mount(*fresh)
        if self.chosen is not None and self.chosen >= len(places):
            self.chosen = len(places) - 1
        self._mark()
        if at_end:
            self.follow()

    def on_resize(self) -> None:
        """Heads are as wide as the screen."""
        self.draw()

    def on_mount(self) -> None:
        """Blocks that were made before there was a place for them."""
        if self._blocks:
            self.mount(*self._blocks)

    def _words(self, place: Place) -> tuple[Content, Content, Content]:
        assert self.conversation is not None
        exchange = self.conversation.exchanges[place.exchange]
        reply, empty = exchange.reply, Content("")
        tokens = empty
        if place in self._with_tokens:
            parts = [reply.parts[place.part]] if place.kind in ("text", "call") else reply.parts
            shown = looks.tokens_of(parts)
            if place.kind == "end":
                shown += [reply.end] if reply.end else []
            tokens = looks.tokens_body(shown, self.names)
        if place.kind == "question":
            return Content.styled("you", "$quiet"), Content(looks.lines(exchange.question)), empty
        if place.kind == "end":
            return empty, looks.reply_end(reply), tokens
        if place.kind == "without":
            return self._without(exchange, place)
        part = reply.parts[place.part]
        if isinstance(part, Call):
            return self._call(part, place, tokens)
        return empty, looks.text_body(part), tokens

    def _call(self, call: Call, place: Place, tokens: Content) -> tuple[Content, Content, Content]:
        is_open = self.is_open(place)
        head = looks.call_head(
            call,
            is_open=is_open,
            width=self.size.width - _BORDER_CELLS,
            waited_s=time.monotonic() - call.began,
        )
        return head, looks.call_body(call) if is_open else Content(""), tokens

    def _without(self, exchange: Exchange, place: Place) -> tuple[Content, Content, Content]:
        reply = exchange.without
        assert reply is not None
        is_open = self.is_open(place)
        arrow, state = "▾" if is_open else "▸", "" if reply.state == "done" else f" · {reply.state}"
        verdict = f" · {reply.verdict.outcome}" if reply.verdict and not is_open else ""
        head = Content.assemble(
            (f"{arrow} ", "$quiet"), ("tools off", "bold"), (f"{state}{verdict}", "$quiet")
        )
        if not is_open:
            return head, Content(""), Content("")
        body = Content("\n").join(
            [Content(looks.lines(reply.text))] * bool(reply.text) + [looks.reply_end(reply)]
        )
        return head, body, Content("")

    def is_open(self, place: Place) -> bool:
        """Whether a call, or the reply with tools off, shows more than its head."""
        if place in self._folds:
            return self._folds[place]
        part = self._part(place)
        if not isinstance(part, Call):
            return True
        reply = self._reply(place)
        return looks.opens_itself(part, last=reply is not None and part is reply.parts[-1])

    def learn(self, call: Call, tools: Sequence[ToolInfo]) -> None:
        """What the tokens around a call and its output are called."""
        for tool in tools:
            if tool.name == call.tool and len(call.tokens) > 1 and call.state != "writing":
                self.names[call.tokens[0].id] = tool.start
                self.names[call.tokens[-1].id] = tool.end
        if len(call.output) > 1 and call.whole:
            self.names[call.output[0].id] = special.OUTPUT_START
            self.names[call.output[-1].id] = special.OUTPUT_END

    # The chosen block

    @property
    def place(self) -> Place | None:
        """The chosen block's place; the last one's while none was chosen."""
        if not self._blocks:
            return None
        return self._blocks[-1 if self.chosen is None else self.chosen].place

    @property
    def call(self) -> Call | None:
        """The call of the chosen block; while none was chosen the one that waits."""
        place = self.place
        if place is None:
            return None
        part = self._part(place)
        if isinstance(part, Call):
            return part
        reply = self._reply(place)
        return reply.waiting_call if reply is not None and self.chosen is None else None

    def go_to(self, place: Place) -> None:
        """Choose a block."""
        for number, block in enumerate(self._blocks):
            if block.place == place:
                self._choose(number)

    def forget(self, exchange: int) -> None:
        """The blocks of an exchange are other ones now: as if nobody had folded them."""
        self._folds = {p: v for p, v in self._folds.items() if p.exchange < exchange}
        self._with_tokens = {p for p in self._with_tokens if p.exchange < exchange}

    def choose_none(self) -> None:
        """Keys mean the newest block again."""
        self.chosen = None
        self._mark()

    def action_choose(self, by: int) -> None:
        """The next or previous block."""
        if self._blocks:
            now = len(self._blocks) if self.chosen is None else self.chosen
            self._choose(max(0, min(len(self._blocks) - 1, now + by)))

    def action_edge(self, by: int) -> None:
        """The first or the last block."""
        if self._blocks:
            self._choose(0 if by < 0 else len(self._blocks) - 1)

    def action_fold(self) -> None:
        """Open or fold the chosen block."""
        place = self.place
        if place is not None and place.kind in ("call", "without"):
            self._folds[place] = not self.is_open(place)
            self.draw(place.exchange)

    def action_tokens(self) -> None:
        """Show or hide the exact tokens of the chosen block."""
        place = self.place
        if place is not None and place.kind in ("text", "call", "end"):
            self._with_tokens ^= {place}
            self.draw(place.exchange)

    @on(Block.Clicked)
    def clicked(self, event: Block.Clicked) -> None:
        """By mouse."""
        self.focus()
        self._choose(self._blocks.index(event.block))
        if event.on_head:
            self.action_fold()

    def _choose(self, number: int) -> None:
        self.chosen = number
        self._mark()
        # Not before what has just changed in it is laid out.
        self.call_after_refresh(self._blocks[number].scroll_visible, animate=False)
        self.post_message(self.Chosen())

    def _mark(self) -> None:
        for number, block in enumerate(self._blocks):
            block.set_class(number == self.chosen, "-chosen")

    def _reply(self, place: Place) -> Reply | None:
        if self.conversation is None or place.exchange >= len(self.conversation.exchanges):
            return None
        return self.conversation.exchanges[place.exchange].reply

    def _part(self, place: Place) -> Part | None:
        reply = self._reply(place)
        if reply is None or place.kind not in ("text", "call") or place.part >= len(reply.parts):
            return None
        return reply.parts[place.part]


def _places(conversation: Conversation) -> Iterator[Place]:
    for number, exchange in enumerate(conversation.exchanges):
        yield Place(number, "question")
        for index, part in enumerate(exchange.reply.parts):
            yield Place(number, "call" if isinstance(part, Call) else "text", index)
        if looks.reply_end(exchange.reply).plain:
            yield Place(number, "end")
        if exchange.without is not None:
            yield Place(number, "without")
