"""Writes conversations to disk while the talk goes on, one after the other, newest state only."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual.widget import Widget

from engine.errors import LabError
from tui.background import in_background
from tui.chat.store import ChatStore, Packed, pack

if TYPE_CHECKING:
    from tui.chat.conversation import Conversation


class Keeper:
    """Keeps conversations in a store.

    Args:
        host: the pane; its workers write.
        store: where to.
    """

    def __init__(self, host: Widget, store: ChatStore) -> None:
        self._host, self.store = host, store
        self._waiting: dict[str, tuple[Conversation, Packed]] = {}
        self._turn = asyncio.Lock()
        self._said = ""

    def keep(self, conversation: Conversation) -> None:
        """Write the conversation as it is now, soon."""
        if self.note(conversation):
            in_background(self._host, self.write, "keep")

    def note(self, conversation: Conversation) -> bool:
        """Take the conversation as it is now for the next ``write``, if anything was said."""
        if conversation.exchanges:
            conversation.touch()
            self._waiting[conversation.key] = conversation, pack(conversation)
        return bool(conversation.exchanges)

    async def write(self) -> None:
        """Write what waits; a failure is said once, and the talk goes on."""
        async with self._turn:
            while self._waiting:
                conversation, packed = self._waiting.pop(next(iter(self._waiting)))
                try:
                    kept = await asyncio.to_thread(self.store.save, packed)
                except LabError as error:
                    self.say(str(error))
                else:
                    self._rename(conversation, kept)
            self.say_notice()

    def _rename(self, conversation: Conversation, kept: str) -> None:
        """Another program has gone on with the conversation: this one is kept beside it."""
        if kept == conversation.key:
            return
        before, conversation.key = conversation.key, kept
        if before in self._waiting and self._waiting[before][0] is conversation:
            del self._waiting[before]
            self._waiting[kept] = conversation, pack(conversation)
        self._host.notify(
            "Another llmlab has gone on with this conversation: yours is kept beside it (ctrl+l).",
            severity="warning",
            timeout=15,
        )

    async def forget(self, key: str) -> None:
        """Delete a conversation, also one that was about to be written. Raises LabError."""
        async with self._turn:
            self._waiting.pop(key, None)
            await asyncio.to_thread(self.store.delete, key)

    def say_notice(self) -> None:
        """Say what has happened to the file, if anything has."""
        notice, self.store.notice = self.store.notice, ""
        if notice:
            self._host.notify(notice, severity="warning", timeout=15, markup=False)

    def say(self, sentence: str) -> None:
        """A failure; the same one again would only be in the way."""
        if sentence != self._said:
            self._said = sentence
            self._host.notify(sentence, severity="error", timeout=15, markup=False)
