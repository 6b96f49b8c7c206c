"""What stands in a block of a conversation."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from textual.content import Content

from tui.chat import looks
from tui.chat.parts import Call
from tui.notes import NOT_KEPT
from tui.widgets.chat_block import Look, Place

if TYPE_CHECKING:
    from tui.chat.conversation import Conversation, Exchange
    from tui.chat.reply import Reply


def look_of(
    conversation: Conversation,
    place: Place,
    *,
    is_open: bool,
    is_kept: Callable[[Exchange], bool],
    names: Mapping[int, str] | None,
    width: int,
) -> Look:
    """The words of a block.

    Args:
        conversation: where it stands.
        place: which block.
        is_open: whether it shows more than its head, if it has one.
        is_kept: whether an exchange is in the database.
        names: of special tokens by id, where the block's tokens are wanted.
        width: of a head, in cells.
    """
    exchange = conversation.exchanges[place.exchange]
    reply = exchange.reply
    tokens = Content("") if names is None else _tokens(reply, place, names)
    if place.kind == "question":
        return _question(exchange, "" if is_kept(exchange) else NOT_KEPT)
    if place.kind == "end":
        is_last = exchange is conversation.last
        again = "r asks again" + ("; so does enter in the empty prompt" if is_last else "")
        return Look(looks.reply_end(reply, again), tokens=tokens)
    if place.kind == "without":
        assert exchange.without is not None
        return _without(exchange.without, is_open=is_open)
    part = reply.parts[place.part]
    if not isinstance(part, Call):
        return Look(looks.text_body(part), tokens=tokens)
    waited_s = time.monotonic() - part.began
    head = looks.call_head(part, is_open=is_open, width=width, waited_s=waited_s)
    return Look(looks.call_body(part) if is_open else Content(""), head, tokens)


def _question(exchange: Exchange, sign: str) -> Look:
    asked = Content(looks.lines(exchange.question)).stylize("bold")
    return Look(Content.assemble((f"you{sign}\n", "$quiet"), asked))


def _without(reply: Reply, *, is_open: bool) -> Look:
    arrow, state = "▾" if is_open else "▸", "" if reply.state == "done" else f" · {reply.state}"
    verdict = f" · {reply.verdict.outcome}" if reply.verdict and not is_open else ""
    head = Content.assemble(
        (f"{arrow} ", "$quiet"), ("tools off", "bold"), (f"{state}{verdict}", "$quiet")
    )
    if not is_open:
        return Look(Content(""), head)
    words = [Content(looks.lines(reply.text))] * bool(reply.text)
    return Look(Content("\n").join([*words, looks.reply_end(reply, "o asks again")]), head)


def _tokens(reply: Reply, place: Place, names: Mapping[int, str]) -> Content:
    parts = [reply.parts[place.part]] if place.kind in ("text", "call") else reply.parts
    shown = looks.tokens_of(parts)
    if place.kind == "end" and reply.end:
        shown.append(reply.end)
    return looks.tokens_body(shown, names)
