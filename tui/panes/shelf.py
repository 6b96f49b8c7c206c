"""The conversations of before: restored, listed, opened, deleted."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any

from engine.errors import LabError
from tui.background import in_background
from tui.panes.keeping import Keeper
from tui.safe_text import one_line, visible

if TYPE_CHECKING:
    from tui.chat.conversation import Conversation, Exchange
    from tui.chat.store import Listed
    from tui.panes.chat import ChatPane
    from tui.remembering import Remembering
    from tui.screens.past_chats import PastPick


class Shelf:
    """Opens the dialogs of a pane's conversations, and keeps them.

    Args:
        pane: whose they are.
    """

    def __init__(self, pane: ChatPane) -> None:
        self._pane = pane
        self._keeper = Keeper(pane, pane.lab, pane.blocks.draw)

    def keep(self, conversation: Conversation) -> None:
        """Write a conversation as it is now."""
        self._keeper.keep(conversation)

    def has_kept(self, exchange: Exchange) -> bool:
        """Whether what was said in it is on the disk."""
        return self._keeper.has_kept(exchange)

    async def close(self, conversation: Conversation) -> None:
        """Write what waits, and of an answer that is on its way what there is of it."""
        if any(reply.live for exchange in conversation.exchanges for reply in exchange.replies):
            self._keeper.note(conversation)
        await self._keeper.write()

    async def restore(self, key: str = "") -> None:
        """Show a conversation, else the one that changed last, unless another was begun."""
        try:
            found = [each.key for each in await self._listed() if each.n_exchanges]
            if found and not self._pane.session.conversation.exchanges:
                await self.open(key if key in found else found[0], only_if_empty=True)
        except LabError as error:
            self._remembering.say(error)
        self._remembering.say_notices()

    async def choose(self) -> None:
        """List the conversations."""
        from tui.screens.past_chats import PastChats

        try:
            await self._keeper.write()
            listed = await self._listed()
        except LabError as error:
            self._remembering.say(error)
            return
        self._pane.app.push_screen(
            PastChats(listed, self._pane.session.conversation.key), self._picked
        )

    async def open(self, key: str, *, only_if_empty: bool = False) -> None:
        """Show a conversation, with the model that it was with where that is still here.

        Raises:
            LabError: it cannot be read.
        """
        state = self._remembering.state
        conversation = await state.do(state.conversations.load, key)
        if only_if_empty and self._pane.session.conversation.exchanges:
            return
        self._keeper.loaded(conversation)
        self._pane.resume(conversation)

    def go_to(self, key: str) -> None:
        """Open a conversation soon; why it cannot be is said."""
        self._in_background(partial(self.open, key))

    @property
    def _remembering(self) -> Remembering:
        return self._pane.lab.remembering

    async def _listed(self) -> list[Listed]:
        state = self._remembering.state
        return await state.do(state.conversations.listed)

    def _picked(self, pick: PastPick | None) -> None:
        if pick is None:
            return
        key = pick.listed.key
        if pick.what == "open":
            self.go_to(key)
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
