"""Writes conversations to disk while the talk goes on, one after the other, newest state only."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from textual.widget import Widget

from engine.errors import LabError
from tui.background import in_background
from tui.chat.conversation import Conversation, Exchange
from tui.chat.marks import mark_of
from tui.chat.store import MOST_WHOLE, Packed, Packer, settled_of
from tui.panes.answer_keeping import RETRY_S, Lab

if TYPE_CHECKING:
    from textual.timer import Timer

    from tui.chat.reply import Reply

Mark = tuple[Any, ...]


class Marked(NamedTuple):
    """An exchange at that moment; it and its replies are held, as others could get their ids."""

    exchange: Exchange
    replies: tuple[Reply, ...]
    mark: Mark


class Taken(NamedTuple):
    """A conversation as it was at one moment, and its exchanges then."""

    conversation: Conversation
    packed: Packed
    marks: dict[int, Marked]


class Keeper:
    """Keeps conversations.

    Args:
        host: the pane; its workers write.
        lab: the app.
        kept: called when something was written, or could not be.
    """

    def __init__(self, host: Widget, lab: Lab, kept: Callable[[], None]) -> None:
        self._host, self._lab, self._kept = host, lab, kept
        self._packer = Packer()
        self._waiting: dict[str, Taken] = {}
        self._marks: dict[str, dict[int, Marked]] = {}
        """Of the conversations written last, by key: what the exchanges that are on the disk were
        like when they were written."""
        self._turn = asyncio.Lock()
        self._retrying: Timer | None = None

    def keep(self, conversation: Conversation) -> None:
        """Write the conversation as it is now, soon."""
        if self.note(conversation):
            in_background(self._host, self.write, "keep")

    def note(self, conversation: Conversation) -> bool:
        """Take the conversation as it is now for the next ``write``, if anything was said."""
        if conversation.exchanges:
            conversation.touch()
            self._waiting[conversation.key] = self._taken(conversation)
        return bool(conversation.exchanges)

    def has_kept(self, exchange: Exchange) -> bool:
        """Whether what was asked, answered and decided in it is on the disk."""
        marked = (marks.get(id(exchange)) for marks in self._marks.values())
        same = any(each is not None and each.mark == mark_of(exchange) for each in marked)
        return same and self._lab.remembering.state.on_disk

    def loaded(self, conversation: Conversation) -> None:
        """It has just come from the disk."""
        self._learn(conversation.key, _marks(conversation))
        exchanges = list(conversation.exchanges)
        bodies = self._lab.remembering.state.conversations.bodies(conversation.key)
        packer = self._packer = Packer()

        async def settle() -> None:
            packer.learn(await asyncio.to_thread(settled_of, exchanges, bodies))

        in_background(self._host, settle, "settle", only=True)

    def _learn(self, key: str, marks: dict[int, Marked]) -> None:
        self._marks.pop(key, None)
        self._marks[key] = marks
        for older in list(self._marks)[:-MOST_WHOLE]:
            del self._marks[older]  # It holds the conversation, and nobody looks at that any more.

    def _taken(self, conversation: Conversation) -> Taken:
        return Taken(conversation, self._packer.pack(conversation), _marks(conversation))

    async def write(self) -> None:
        """Write what waits; a failure is said once, what failed goes on waiting."""
        remembering = self._lab.remembering
        state = remembering.state
        async with self._turn:
            for key in list(self._waiting):
                while key in self._waiting:
                    conversation, packed, marks = self._waiting[key]
                    try:
                        kept = await state.do(state.conversations.save, packed)
                    except LabError as error:
                        remembering.say(error)
                        self._retry_later()
                        break
                    if self._waiting[key].packed is packed:
                        del self._waiting[key]
                    self._learn(kept, marks)
                    if kept != key:
                        self._rename(conversation, kept)
            remembering.say_notices()
        if self._host.is_attached:
            self._kept()
            remembering.note()

    def _retry_later(self) -> None:
        def retry() -> None:
            self._retrying = None
            in_background(self._host, self.write, "keep")

        if self._retrying is None and self._host.is_attached:
            self._retrying = self._host.set_timer(RETRY_S, retry)

    def _rename(self, conversation: Conversation, kept: str) -> None:
        """Another program has gone on with the conversation: this one is kept beside it."""
        before, conversation.key = conversation.key, kept
        if before in self._waiting and self._waiting[before].conversation is conversation:
            del self._waiting[before]
            self._waiting[kept] = self._taken(conversation)
            in_background(self._host, self.write, "keep")
        self._host.notify(
            "Another llmlab has gone on with this conversation: yours is kept beside it (ctrl+l).",
            severity="warning",
            timeout=15,
        )

    async def forget(self, key: str) -> None:
        """Delete a conversation, also one that was about to be written. Raises StateError."""
        state = self._lab.remembering.state
        async with self._turn:
            self._waiting.pop(key, None)
            await state.do(state.conversations.delete, key)


def _marks(conversation: Conversation) -> dict[int, Marked]:
    return {
        id(exchange): Marked(exchange, tuple(exchange.replies), mark_of(exchange))
        for exchange in conversation.exchanges
    }
