"""The conversations of before: restored, listed, opened, deleted, exported."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any

from engine.errors import LabError
from tui.background import in_background
from tui.chat.store import ChatStore
from tui.panes.keeping import Keeper
from tui.safe_text import one_line, visible

if TYPE_CHECKING:
    from tui.chat.conversation import Conversation
    from tui.panes.chat import ChatPane
    from tui.screens.past_chats import PastPick


class Shelf:
    """Opens the dialogs of a pane's conversations, and keeps them.

    Args:
        pane: whose they are.
    """

    def __init__(self, pane: ChatPane) -> None:
        self._pane = pane
        self._keeper = Keeper(pane, ChatStore())

    def keep(self, conversation: Conversation) -> None:
        """Write a conversation as it is now."""
        self._keeper.keep(conversation)

    async def close(self, conversation: Conversation) -> None:
        """Write what waits, and of an answer that is on its way what there is of it."""
        if any(reply.live for exchange in conversation.exchanges for reply in exchange.replies):
            self._keeper.note(conversation)
        await self._keeper.write()

    async def restore(self) -> None:
        """Show the conversation that changed last, unless the person has begun another."""
        try:
            listed = await asyncio.to_thread(self._keeper.store.listed)
            found = [each for each in listed if each.n_exchanges]
            if found and not self._pane.session.conversation.exchanges:
                await self.open(found[0].key, only_if_empty=True)
        except LabError as error:
            self._keeper.say(str(error))
        self._keeper.say_notice()

    async def choose(self) -> None:
        """List the conversations."""
        from tui.screens.past_chats import PastChats

        try:
            await self._keeper.write()
            listed = await asyncio.to_thread(self._keeper.store.listed)
        except LabError as error:
            self._keeper.say(str(error))
            return
        self._pane.app.push_screen(PastChats(listed), self._picked)

    def export(self, conversation: Conversation) -> None:
        """Ask where a conversation goes."""
        from tui.screens.export_form import ExportForm

        def exported(sentence: str | None) -> None:
            if sentence:
                self._pane.notify(sentence, markup=False)

        if conversation.exchanges:
            self._pane.app.push_screen(ExportForm(conversation), exported)
        else:
            self._pane.notify("There is nothing to export yet: ask something first.")

    async def open(self, key: str, *, only_if_empty: bool = False) -> None:
        """Show a conversation, with the model that it was with where that is still here.

        Raises:
            LabError: it cannot be read.
        """
        conversation = await asyncio.to_thread(self._keeper.store.load, key)
        if only_if_empty and self._pane.session.conversation.exchanges:
            return
        self._pane.resume(conversation)

    def _picked(self, pick: PastPick | None) -> None:
        if pick is None:
            return
        key = pick.listed.key
        if pick.what == "open":
            self._in_background(partial(self.open, key))
            return
        from tui.screens.confirm import Confirm

        def answered(yes: bool | None) -> None:
            self._in_background(partial(self._delete, key) if yes else self.choose)

        question = f"Delete “{one_line(pick.listed.title)}” for good?"
        self._pane.app.push_screen(Confirm(question, "Delete"), answered)

    def _in_background(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        async def safely() -> None:
            try:
                await work()
            except LabError as error:
                sentence = visible(str(error))
                self._pane.notify(sentence, severity="error", timeout=10, markup=False)

        in_background(self._pane, safely, "past", only=True)

    async def _delete(self, key: str) -> None:
        if self._pane.session.conversation.key == key:
            self._pane.action_new()
        await self._keeper.forget(key)
        await self.choose()
