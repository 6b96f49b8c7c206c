"""The contents of a conversation: turns to read, and each turn's parts, ids and loss mask."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tui.answers import Token
from tui.chat.conversation import Conversation, Exchange
from tui.chat.parts import Call, Text
from tui.chat.reply import Reply
from tui.export.made import Made
from tui.export.markdown import code, fenced, inline, quote
from tui.panes.pane import Contents


def contents_of(conversation: Conversation) -> Contents | None:
    """All of it; None before anything was asked.

    A row is a turn: ``{"turn", "role": "user", "text"}`` or ``{"turn", "role": "assistant",
    "model", "seed", "tools", "state", "verdict", "parts"}``; a part is ``{"kind": "text" | "call" |
    "output", "text", "ids", "mask"}``, a call with its ``tool`` and an output with its result.
    ``mask`` is true where the model itself sampled the id: what a loss may count. The turn's last
    part, ``end``, is the token that ended it.
    """
    if not conversation.exchanges:
        return None
    model, created = conversation.model, conversation.created
    said = [exchange.still() for exchange in conversation.exchanges]
    blocks, rows = Made(lambda: _blocks(model, created, said)), Made(lambda: _rows(model, said))
    return Contents(conversation.title, blocks, rows)


def _blocks(model: str, created: str, said: Sequence[Exchange]) -> Iterator[str]:
    yield f"{code(model)} · {created[:16].replace('T', ' ')} UTC"
    for exchange in said:
        yield from _exchange(exchange)


def _rows(model: str, said: Sequence[Exchange]) -> Iterator[dict[str, Any]]:
    for number, exchange in enumerate(said):
        yield {"turn": 2 * number, "role": "user", "text": exchange.question}
        yield _line(model, 2 * number + 1, exchange.reply)
        if exchange.without is not None:
            line = _line(model, 2 * number + 1, exchange.without)
            yield {**line, "variant": "tools off"}


def _line(model: str, turn: int, reply: Reply) -> dict[str, Any]:
    return {
        "turn": turn,
        "role": "assistant",
        "model": model,
        "seed": reply.seed,
        "tools": list(reply.tools),
        "state": reply.state,
        "verdict": reply.verdict.outcome if reply.verdict else None,
        "parts": list(_parts(reply)),
    }


def _parts(reply: Reply) -> Iterator[dict[str, Any]]:
    for part in reply.parts:
        if isinstance(part, Text):
            yield {"kind": "text", "text": part.text, **_ids(part.tokens)}
            continue
        yield {
            "kind": "call",
            "tool": part.tool,
            "text": part.text,
            "edited": part.edited,
            "state": part.state,
            **_ids(part.tokens),
        }
        outcome = part.outcome
        if outcome is not None:
            yield {
                "kind": "output",
                "text": outcome.output,
                "error": outcome.error,
                "result": outcome.kind,
                "by": outcome.by,
                "elapsed_ms": outcome.elapsed_ms,
                "tier": outcome.tier,
                "truncated": outcome.truncated,
                "sources": list(outcome.sources),
                **_ids(part.output),
            }
    if reply.end is not None:
        yield {"kind": "end", "text": "", **_ids([reply.end])}


def _ids(tokens: list[Token]) -> dict[str, Any]:
    return {
        "ids": [token.id for token in tokens],
        "mask": [not token.forced for token in tokens],
    }


def _exchange(exchange: Exchange) -> Iterator[str]:
    yield "## You"
    yield quote(exchange.question)
    yield "## Assistant"
    yield from _reply(exchange.reply)
    if exchange.without is not None:
        yield "### The same question with tools off"
        yield from _reply(exchange.without)


def _reply(reply: Reply) -> Iterator[str]:
    for part in reply.parts:
        if isinstance(part, Text):
            if part.text.strip():
                yield quote(part.text.strip())
        else:
            yield from _call(part)
    if reply.verdict is not None:
        verdict = reply.verdict
        yield f"*{verdict.outcome}; the web says {inline(verdict.truth)}*"
    if reply.state in ("failed", "stopped"):
        yield f"*{reply.state}{': ' * bool(reply.message)}{inline(reply.message)}*"


def _call(call: Call) -> Iterator[str]:
    words = [f"**{inline(call.tool or 'call')}**", call.state]
    words += ["edited by hand"] if call.edited else []
    outcome = call.outcome
    if outcome is not None:
        words += [f"{outcome.elapsed_ms:.0f} ms"] if outcome.by == "tool" else ["output by hand"]
    yield " · ".join(words)
    yield fenced(call.text, "python" if call.tool == "python" else "")
    if outcome is not None:
        error = [f"error: {outcome.error}"] if outcome.error else []
        yield fenced("\n".join(filter(None, [outcome.output, *error])))
        if outcome.sources:
            yield "Sources: " + ", ".join(map(code, outcome.sources))
