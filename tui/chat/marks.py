"""What of an exchange has to be kept before it may look kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.chat.parts import UNANSWERED

if TYPE_CHECKING:
    from tui.chat.conversation import Exchange
    from tui.chat.reply import Reply


def mark_of(exchange: Exchange) -> tuple[Any, ...]:
    """Differs as soon as something was asked, answered or decided; not with every token.

    A reply that was written anew is another object, so its identity tells.
    """
    return tuple(_mark(reply) for reply in exchange.replies)


def _mark(reply: Reply) -> tuple[Any, ...]:
    calls = tuple((call.state, call.edited) for call in reply.calls if call.state not in UNANSWERED)
    return id(reply), "live" if reply.live else reply.state, reply.verdict, calls
