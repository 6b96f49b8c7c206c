"""Which part of a conversation is laid out: thousands of blocks would hold up every key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from tui.chat import looks
from tui.chat.parts import Call
from tui.widgets.chat_block import Place

if TYPE_CHECKING:
    from tui.chat.conversation import Conversation

MOST_BLOCKS, FEWER_BLOCKS = 160, 80
"""At the end of a conversation, beyond ``MOST_BLOCKS`` the oldest go until ``FEWER_BLOCKS`` are
left; so many are laid out around what is read further up."""


class Window(NamedTuple):
    """Exchanges from ``first`` on.

    Args:
        first: the first exchange.
        end: the one behind the last; None: all that follow, those that come as well.
    """

    first: int = 0
    end: int | None = None

    def has(self, exchange: int) -> bool:
        """Whether an exchange is laid out."""
        return self.first <= exchange and (self.end is None or exchange < self.end)


def places(conversation: Conversation, window: Window) -> list[Place]:
    """The blocks of a part."""
    numbers = range(len(conversation.exchanges))[window.first : window.end]
    return [place for number in numbers for place in places_of(conversation, number)]


def places_of(conversation: Conversation, number: int) -> Iterator[Place]:
    """The blocks of an exchange."""
    exchange = conversation.exchanges[number]
    yield Place(number, "question")
    for index, part in enumerate(exchange.reply.parts):
        yield Place(number, "call" if isinstance(part, Call) else "text", index)
    if looks.reply_end(exchange.reply).plain:
        yield Place(number, "end")
    if exchange.without is not None:
        yield Place(number, "without")


def tail(conversation: Conversation) -> Window:
    """The newest exchanges; all, where that is not too much."""
    last = len(conversation.exchanges) - 1
    total, first = 0, last
    for number in range(last, -1, -1):
        total += len(list(places_of(conversation, number)))
        if total <= FEWER_BLOCKS:
            first = number
        if total > MOST_BLOCKS:
            return Window(first)
    return Window()


def around(conversation: Conversation, exchange: int) -> Window:
    """An exchange with what is said before and behind it."""
    n = len(conversation.exchanges)
    first, end = exchange, exchange + 1
    total = len(list(places_of(conversation, exchange)))
    while total < FEWER_BLOCKS and (first > 0 or end < n):
        if first > 0:
            first -= 1
            total += len(list(places_of(conversation, first)))
        if end < n:
            total += len(list(places_of(conversation, end)))
            end += 1
    return Window(first, end if end < n else None)
