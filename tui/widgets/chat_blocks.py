"""A conversation on the screen: a block for each question, stretch of text, call and ending."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message

from engine import special
from tui.chat import looks
from tui.chat.parts import Call, Part
from tui.notes import NOT_KEPT
from tui.widgets.chat_block import Block, Place
from tui.widgets.words import Words

if TYPE_CHECKING:
    from engine.tool_protocol import ToolInfo
    from tui.chat.conversation import Conversation, Exchange
    from tui.chat.reply import Reply

_BORDER_CELLS = 6

MOST_BLOCKS, FEWER_BLOCKS = 160, 80
"""Of a long conversation only the end is laid out: beyond ``MOST_BLOCKS`` the oldest go until
``FEWER_BLOCKS`` are left, so that typing stays as fast as in a short one."""


class Blocks(VerticalScroll, can_focus=True):
    """The blocks of one conversation, one of them chosen; follows the end while it grows."""

    HELP = """
## The conversation

↑ and ↓ choose a block; **enter** folds a call or opens it; **t** shows the exact tokens with their
ids, what was *sampled* and what was *forced* (‡).

A call that waits: **a** approve, **d** deny, **e** edit it first, **i** write its output by hand.
**e** and **i** work on any call: the answer is then written anew from there. **r** writes it anew
from the chosen block with another seed, **o** asks the same question with tools off.
**ctrl+f** finds words in it. **escape** stops what runs, **/** goes to the prompt, **y** copies,
**x** exports.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "choose(-1)", "up", show=False, id="blocks.up"),
        Binding("down", "choose(1)", "down", show=False, id="blocks.down"),
        Binding("home", "edge(-1)", "first", show=False, id="blocks.home"),
        Binding("end", "edge(1)", "last", show=False, id="blocks.end"),
        Binding("enter,space", "fold", "fold", show=False, id="blocks.fold"),
        Binding("t", "tokens", "tokens", id="blocks.tokens"),
        Binding("ctrl+f,f", "find", "find", show=False, id="blocks.find"),
    ]

    class Chosen(Message):
        """Another block is the chosen one."""

    def __init__(self) -> None:
        super().__init__(id="blocks")
        self.conversation: Conversation | None = None
        self.names: dict[int, str] = {}
        """What special tokens are called, by id; learned from calls."""
        self.is_kept: Callable[[Exchange], bool] = lambda exchange: True
        self.chosen: int | None = None
        self._earlier = Words(id="earlier")
        self._first = 0
        """The first exchange that is laid out."""
        self._blocks: list[Block] = []
        self._folds: dict[Place, bool] = {}
        self._with_tokens: set[Place] = set()

    def compose(self) -> ComposeResult:
        """What says that there is more above; the blocks come behind it."""
        yield self._earlier

    # What is shown

    def show(self, conversation: Conversation) -> None:
        """Show another conversation, from its end."""
        if self.conversation is not None and self.conversation.model != conversation.model:
            self.names.clear()  # Ids mean something else to another model.
        self.conversation = conversation
        self.chosen, self._first = None, 0
        self._folds.clear()
        self._with_tokens.clear()
        self._lay_out(self._pruned(list(_places(conversation))), 0)
        self.follow()

    def follow(self) -> None:
        """Go to the end; from there it is followed while it grows."""
        if len(self._blocks) > MOST_BLOCKS:
            self._lay_out(self._pruned([block.place for block in self._blocks]), 0)
        self.scroll_end(animate=False)

    def draw(self, since: int = 0) -> None:
        """Draw the exchanges from ``since`` on; only what differs is laid out anew."""
        if self.conversation is None:
            return
        at_end = self.is_vertical_scroll_end
        self._lay_out(list(_places(self.conversation, self._first)), since)
        if at_end:
            self.follow()

    def _lay_out(self, places: Sequence[Place], since: int) -> None:
        while len(self._blocks) > len(places):
            self._blocks.pop().remove()
        fresh = [Block(place) for place in places[len(self._blocks) :]]
        n_before = len(self._blocks)
        self._blocks += fresh
        for number, (block, place) in enumerate(zip(self._blocks, places, strict=True)):
            if place.exchange >= since or number >= n_before:
                block.show(place, *self._words(place))
        if fresh and self.is_attached:
            self.mount(*fresh)
        if self.chosen is not None and self.chosen >= len(places):
            self.chosen = len(places) - 1
        self._mark()
        self._earlier.display = self._first > 0
        more = f"{self._first} earlier question{'s' * (self._first != 1)}: ↑ or home"
        self._earlier.say(Content.styled(more, "$quiet"))

    def _pruned(self, places: list[Place]) -> list[Place]:
        """The newest, whole exchanges, where there are too many; all while an old one is chosen."""
        if len(places) <= MOST_BLOCKS:
            return places
        first = min(places[-FEWER_BLOCKS].exchange + 1, places[-1].exchange)
        kept = [place for place in places if place.exchange >= first]
        n_gone = len(places) - len(kept)
        if self.chosen is not None:
            if self.chosen < n_gone:
                return places
            self.chosen -= n_gone
        self._first = first
        return kept

    def _reveal(self, first: int) -> None:
        """Lay out the exchanges from ``first`` on as well."""
        assert self.conversation is not None
        n_before = len(self._blocks)
        self._first = first
        self._lay_out(list(_places(self.conversation, first)), 0)
        if self.chosen is not None:
            self.chosen += len(self._blocks) - n_before

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
            sign = "" if self.is_kept(exchange) else NOT_KEPT
            return (
                Content.styled(f"you{sign}", "$quiet"),
                Content(looks.lines(exchange.question)),
                empty,
            )
        if place.kind == "end":
            is_last = exchange is self.conversation.last
            again = "enter in the empty prompt asks again" if is_last else "r asks again"
            return empty, looks.reply_end(reply, again), tokens
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
            [Content(looks.lines(reply.text))] * bool(reply.text)
            + [looks.reply_end(reply, "o asks again")]
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

    def learn(self, conversation: Conversation, tools: Sequence[ToolInfo]) -> None:
        """What the tokens around calls and their outputs are called."""
        for exchange in conversation.exchanges:
            for call in exchange.reply.calls:
                self._learn(call, tools)

    def _learn(self, call: Call, tools: Sequence[ToolInfo]) -> None:
        for tool in tools:
            if tool.name == call.tool and call.tokens:
                self.names[call.tokens[0].id] = tool.start
                if call.given is not None and len(call.tokens) > 1:
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
        """Choose a block, also one that is not laid out yet."""
        if place.exchange < self._first:
            self._reveal(place.exchange)
        for number, block in enumerate(self._blocks):
            if block.place == place:
                self._choose(number)

    def reveal(self, place: Place) -> None:
        """Choose a block, and open it if it is folded."""
        if place.kind in ("call", "without") and not self.is_open(place):
            self._folds[place] = True
            self.draw(place.exchange)
        self.go_to(place)

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
            if self.chosen == 0 and by < 0 and self._first:
                self._reveal(max(0, self._first - FEWER_BLOCKS // 4))
            now = len(self._blocks) if self.chosen is None else self.chosen
            self._choose(max(0, min(len(self._blocks) - 1, now + by)))

    def action_edge(self, by: int) -> None:
        """The first or the last block."""
        if self._blocks:
            if by < 0 and self._first:
                self._reveal(0)
            self._choose(0 if by < 0 else len(self._blocks) - 1)

    def action_fold(self) -> None:
        """Open or fold the chosen block."""
        place = self.place
        if place is not None and place.kind in ("call", "without"):
            self._folds[place] = not self.is_open(place)
            self.draw(place.exchange)

    def action_find(self) -> None:
        """Look for words in the conversation."""
        from tui.widgets.find_bar import find_in

        find_in(self)

    def action_tokens(self) -> None:
        """Show or hide the exact tokens of the chosen block."""
        place = self.place
        if place is not None and place.kind in ("text", "call", "end"):
            self._with_tokens ^= {place}
            self.draw(place.exchange)

    @on(Block.Clicked)
    def clicked(self, event: Block.Clicked) -> None:
        """By mouse."""
        if event.block not in self._blocks:
            return  # It has gone since.
        self.focus()
        self._choose(self._blocks.index(event.block))
        if event.on_head:
            self.action_fold()

    def _choose(self, number: int) -> None:
        self.chosen = number
        self._mark()
        # Not before what has just changed in it is laid out.
        if number == 0:  # Words may stand above it.
            self.call_after_refresh(self.scroll_home, animate=False)
        else:
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


def _places(conversation: Conversation, first: int = 0) -> Iterator[Place]:
    for number, exchange in enumerate(conversation.exchanges[first:], start=first):
        yield Place(number, "question")
        for index, part in enumerate(exchange.reply.parts):
            yield Place(number, "call" if isinstance(part, Call) else "text", index)
        if looks.reply_end(exchange.reply).plain:
            yield Place(number, "end")
        if exchange.without is not None:
            yield Place(number, "without")
