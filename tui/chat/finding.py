"""Where in a conversation some words were said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tui.chat.parts import Call
from tui.state.entries import folded

if TYPE_CHECKING:
    from tui.chat.conversation import Conversation, Exchange
    from tui.widgets.chat_block import Kind

Spot = tuple[int, "Kind", int]
"""An exchange's number, what of it, and which part; what ``chat_block.Place`` is made of."""


def spots(conversation: Conversation, text: str) -> list[Spot]:
    """Where ``text`` occurs, from the beginning on; nowhere if it is blank."""
    wanted = folded(text)
    if not wanted:
        return []
    return [
        (number, kind, part)
        for number, exchange in enumerate(conversation.exchanges)
        for kind, part, said in _said(exchange)
        if wanted in folded(said)
    ]


def _said(exchange: Exchange) -> Iterator[tuple[Kind, int, str]]:
    yield "question", 0, exchange.question
    for number, part in enumerate(exchange.reply.parts):
        if isinstance(part, Call):
            output = part.outcome.output if part.outcome is not None else ""
            yield "call", number, f"{part.tool} {part.text}\n{output}"
        else:
            yield "text", number, part.text
    if exchange.without is not None:
        yield "without", 0, exchange.without.text
