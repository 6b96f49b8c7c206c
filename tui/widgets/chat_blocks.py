"""A conversation on the screen: a block for each question, stretch of text, call and ending."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message

from tui.chat import looks
from tui.chat.parts import Call, Part
from tui.chat.special_names import special_names
from tui.widgets import chat_window
from tui.widgets.chat_block import Block, Look, Place
from tui.widgets.chat_look import look_of
from tui.widgets.chat_window import Window, around, places, places_of, tail
from tui.widgets.words import Words

if TYPE_CHECKING:
    from engine.tool_protocol import ToolInfo
    from tui.chat.conversation import Conversation, Exchange
    from tui.chat.reply import Reply

_BORDER_CELLS = 6
WHEEL_LINES = 2
"""Of a turn of the wheel beyond what is laid out."""


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
        self._later = Words(id="later")
        self._window = Window()
        """The exchanges that are laid out."""
        self._blocks: list[Block] = []
        self._folds: dict[Place, bool] = {}
        self._with_tokens: set[Place] = set()

    def compose(self) -> ComposeResult:
        """What says that there is more above and below; the blocks come between."""
        yield self._earlier
        yield self._later

    # What is shown

    def show(self, conversation: Conversation) -> None:
        """Show another conversation, from its end."""
        if self.conversation is not None and self.conversation.model != conversation.model:
            self.names.clear()  # Ids mean something else to another model.
        self.conversation = conversation
        self._folds.clear()
        self._with_tokens.clear()
        self._show_part(tail(conversation), None)
        self.follow()

    def follow(self) -> None:
        """Go to the end; from there it is followed while it grows."""
        if self.conversation is not None and (
            self._window.end is not None or len(self._blocks) > chat_window.MOST_BLOCKS
        ):
            place = None if self.chosen is None else self.place
            window = tail(self.conversation)
            if place is None or window.has(place.exchange) or self._window.end is not None:
                self._show_part(window, place)
        self.scroll_end(animate=False)

    def draw(self, since: int = 0) -> None:
        """Draw the exchanges from ``since`` on; only what differs is laid out anew."""
        if self.conversation is None:
            return
        if self._window.first >= len(self.conversation.exchanges):
            self._window = tail(self.conversation)  # It was cut off before.
        at_end = self.is_vertical_scroll_end and self._window.end is None
        self._lay_out(places(self.conversation, self._window), since)
        if at_end:
            self.follow()

    def _show_part(self, window: Window, chosen: Place | None) -> None:
        """Lay out another part; ``chosen`` stays the chosen block if it is there."""
        assert self.conversation is not None
        self._window = window
        found = places(self.conversation, window)
        self.chosen = found.index(chosen) if chosen in found else None
        self._lay_out(found, 0)

    def _lay_out(self, places: Sequence[Place], since: int) -> None:
        while len(self._blocks) > len(places):
            self._blocks.pop().remove()
        n_before, fresh = len(self._blocks), []
        for number, place in enumerate(places):
            if number < n_before and place.exchange < since:
                continue
            look = self._look(place)
            if number >= n_before:
                fresh.append(look.kind(place))
                self._blocks.append(fresh[-1])
            elif type(self._blocks[number]) is not look.kind:
                self._replace(number, look.kind(place))
            self._blocks[number].show(place, look)
        if fresh and self.is_attached:
            self.mount(*fresh, before=self._later)
        if self.chosen is not None and self.chosen >= len(places):
            self.chosen = len(places) - 1
        self._mark()
        assert self.conversation is not None
        n, (first, end) = len(self.conversation.exchanges), self._window
        n_later = 0 if end is None else n - end
        for words, count, side, key in (
            (self._earlier, first, "earlier", "↑ or home"), (self._later, n_later, "later", "end")
        ):  # fmt: skip
            words.display = count > 0
            said = f"{count} {side} question{'s' * (count != 1)}: {key}"
            words.say(Content.styled(said, "$quiet"))

    def _replace(self, number: int, block: Block) -> None:
        """Another block instead of one that cannot show what stands there now."""
        old, self._blocks[number] = self._blocks[number], block
        if self.is_attached:
            self.mount(block, before=old)
        old.remove()

    def on_resize(self) -> None:
        """Heads are as wide as the screen."""
        self.draw()

    def on_mount(self) -> None:
        """Blocks that were made before there was a place for them."""
        if self._blocks:
            self.mount(*self._blocks, before=self._later)

    def _look(self, place: Place) -> Look:
        assert self.conversation is not None
        return look_of(
            self.conversation,
            place,
            is_open=self.is_open(place),
            is_kept=self.is_kept,
            names=self.names if place in self._with_tokens else None,
            width=self.size.width - _BORDER_CELLS,
        )

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
        self.names |= special_names(conversation, tools)

    # The chosen block

    @property
    def place(self) -> Place | None:
        """The chosen block's place; the last one's of all while none was chosen."""
        if not self._blocks or self.conversation is None:
            return None
        if self.chosen is not None:
            return self._blocks[self.chosen].place
        return [*places_of(self.conversation, len(self.conversation.exchanges) - 1)][-1]

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
        if self.conversation is not None and not self._window.has(place.exchange):
            self._show_part(around(self.conversation, place.exchange), None)
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
        if not self._blocks or self.conversation is None:
            return
        if self.chosen is None:
            now = len(self._blocks) if self._window.end is None else self._top
        else:
            now = self.chosen
        beyond = self._window.first > 0 if by < 0 else self._window.end is not None
        if beyond and not 0 <= now + by < len(self._blocks):
            place = self._blocks[now].place
            self._show_part(around(self.conversation, place.exchange), place)
            now = self.chosen or 0
        self._choose(max(0, min(len(self._blocks) - 1, now + by)))

    def action_edge(self, by: int) -> None:
        """The first or the last block."""
        if self._blocks and self.conversation is not None:
            if by < 0 and self._window.first:
                self._show_part(around(self.conversation, 0), None)
            elif by > 0 and self._window.end is not None:
                self._show_part(tail(self.conversation), None)
            self._choose(0 if by < 0 else len(self._blocks) - 1)

    # Scrolling on beyond what is laid out

    def action_page_up(self) -> None:
        """A page up, and further where there is more."""
        if not self._slides(-self.size.height):
            super().action_page_up()

    def action_page_down(self) -> None:
        """A page down, and further where there is more."""
        if not self._slides(self.size.height):
            super().action_page_down()

    def on_mouse_scroll_up(self) -> None:
        """The wheel, where there is no more of what is laid out."""
        self._slides(-WHEEL_LINES)

    def on_mouse_scroll_down(self) -> None:
        """The wheel, at the other end."""
        self._slides(WHEEL_LINES)

    def _slides(self, lines: int) -> bool:
        """Lay out what is around the edge that stands on the screen, if there is more beyond."""
        up, window = lines < 0, self._window
        at_edge = self.scroll_y <= 0 if up else self.is_vertical_scroll_end
        if self.conversation is None or not at_edge or not (window.first if up else window.end):
            return False
        top = self._blocks[self._top]
        down = self.scroll_y - top.virtual_region.y
        place = top.place
        chosen = None if self.chosen is None else self.place
        self._show_part(around(self.conversation, place.exchange), chosen)
        self.call_after_refresh(self._stand_at, place, down + lines)
        return True

    @property
    def _top(self) -> int:
        """Number of the first block on the screen."""
        below = (n for n, b in enumerate(self._blocks) if b.virtual_region.bottom > self.scroll_y)
        return next(below, len(self._blocks) - 1)

    def _stand_at(self, place: Place, down: float) -> None:
        """Scroll to so many lines below the beginning of a block."""
        block = next((each for each in self._blocks if each.place == place), None)
        if block is not None:
            self.scroll_to(y=block.virtual_region.y + down, animate=False)

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
