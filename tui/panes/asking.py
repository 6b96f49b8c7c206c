"""Lets a reply go on: waits for what it needs to know, makes the request, starts it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from textual.widget import Widget

from engine.errors import PromptTooLongError, RequestError
from tui.background import in_background

if TYPE_CHECKING:
    from tui.chat.conversation import Conversation
    from tui.chat.reply import Reply
    from tui.chat.session import Session
    from tui.panes.partner import Partner
    from tui.panes.talking import Talker


class Asker:
    """Asks the engine for replies.

    Args:
        host: the pane; its workers wait.
        session: what is talked about.
        partner: who knows which tools there are.
        talker: who talks to the engine.
        changed: called when something else is to be shown.
        begun: called when the reply is on its way, or has failed at once.
    """

    def __init__(
        self,
        host: Widget,
        session: Session,
        partner: Partner,
        talker: Talker,
        changed: Callable[[], None],
        begun: Callable[[Reply], None],
    ) -> None:
        self._host, self._session, self._partner = host, session, partner
        self._talker, self._changed, self._begun = talker, changed, begun

    def go_on(self, place: int, reply: Reply) -> None:
        """Let ``reply`` go on, which belongs to an exchange of the session's conversation."""
        reply.resume()
        conversation = self._session.conversation
        in_background(self._host, partial(self._start, conversation, place, reply), "start")

    async def _start(self, conversation: Conversation, place: int, reply: Reply) -> None:
        if self._partner.tools_awaited:
            reply.message = "asking the engine which tools there are"
            self._changed()
            await self._partner.tools_known()
            asked_with = reply is conversation.exchanges[place].reply
            if asked_with and not (reply.parts or reply.tools):
                reply.tools = self._session.fresh().tools
        is_there = any(reply is each for each in conversation.exchanges[place].replies)
        if not (reply.live and is_there) or self._session.conversation is not conversation:
            return  # Stopped or asked anew meanwhile, or nobody looks at it any more.
        try:
            request = self._session.request(place, reply)
        except PromptTooLongError as error:
            reply.fail(f"{error} Or begin a new conversation with ctrl+n.")
        except RequestError as error:
            reply.fail(str(error))
        else:
            model = self._session.model
            question = conversation.exchanges[place].question
            self._talker.start(reply, request, question, model.server if model else None)
        self._begun(reply)
        self._changed()
