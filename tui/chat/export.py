"""A conversation as a file for people (Markdown) or programs (JSONL)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine import paths
from engine.errors import LabError
from engine.files import disk_error
from tui.answers import Token
from tui.chat.conversation import Conversation, Exchange
from tui.chat.parts import Call, Text
from tui.chat.reply import Reply
from tui.safe_text import visible

FORMATS = (".md", ".jsonl")


def exports_folder() -> Path:
    """Where exports go unless another place is named."""
    return paths.home() / "exports"


def suggested(conversation: Conversation) -> Path:
    """A file name that says what the conversation is about."""
    slug = re.sub(r"[^a-z0-9]+", "-", conversation.title.lower()).strip("-")[:40].rstrip("-")
    day = conversation.created[:10]
    return exports_folder() / f"{day}-{slug or 'chat'}-{conversation.key[:4]}.md"


def write(conversation: Conversation, path: Path) -> None:
    """Write a conversation in the format that the file's name ends in; nothing is overwritten.

    Raises:
        LabError: another ending, a file that exists, or a folder that cannot be written to.
    """
    if path.suffix not in FORMATS:
        raise LabError(
            f"{path} ends in {path.suffix or 'nothing'!r}, but an export is .md or .jsonl. "
            "Change the name."
        )
    text = to_markdown(conversation) if path.suffix == ".md" else to_jsonl(conversation)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        if path.exists():
            raise LabError(f"{path} exists already. Choose another name.") from error
        raise disk_error(path, error) from error


# JSONL


def to_jsonl(conversation: Conversation) -> str:
    """A line a turn.

    ``{"turn", "role": "user", "text"}`` and ``{"turn", "role": "assistant", "model", "seed",
    "tools", "state", "parts"}``; a part is ``{"kind": "text" | "call" | "output", "text", "ids",
    "mask"}``, a call with its ``tool`` and an output with its result. ``mask`` is true where the
    model itself sampled the id: what a loss may count. The turn's last part, ``end``, is the token
    that ended it.
    """
    lines = []
    for number, exchange in enumerate(conversation.exchanges):
        lines.append({"turn": 2 * number, "role": "user", "text": exchange.question})
        lines.append(_line(conversation, 2 * number + 1, exchange.reply))
        if exchange.without is not None:
            line = _line(conversation, 2 * number + 1, exchange.without)
            lines.append({**line, "variant": "tools off"})
    return "".join(json.dumps(line) + "\n" for line in lines)


def _line(conversation: Conversation, turn: int, reply: Reply) -> dict[str, Any]:
    return {
        "turn": turn,
        "role": "assistant",
        "model": conversation.model,
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


# Markdown


def to_markdown(conversation: Conversation) -> str:
    """A page to read; what was said stands in blocks that Markdown takes as they are."""
    head = [
        f"# {_inline(conversation.title)}",
        f"{_code(conversation.model)} · {conversation.created[:16].replace('T', ' ')} UTC",
    ]
    body = [block for exchange in conversation.exchanges for block in _exchange(exchange)]
    return "\n\n".join([*head, *body]) + "\n"


def _exchange(exchange: Exchange) -> Iterator[str]:
    yield "## You"
    yield _quote(exchange.question)
    yield "## Assistant"
    yield from _reply(exchange.reply)
    if exchange.without is not None:
        yield "### The same question with tools off"
        yield from _reply(exchange.without)


def _reply(reply: Reply) -> Iterator[str]:
    for part in reply.parts:
        if isinstance(part, Text):
            if part.text.strip():
                yield _quote(part.text.strip())
        else:
            yield from _call(part)
    if reply.verdict is not None:
        verdict = reply.verdict
        yield f"*{verdict.outcome}; the web says {_inline(verdict.truth)}*"
    if reply.state in ("failed", "stopped"):
        yield f"*{reply.state}{': ' * bool(reply.message)}{_inline(reply.message)}*"


def _call(call: Call) -> Iterator[str]:
    words = [f"**{_inline(call.tool or 'call')}**", call.state]
    words += ["edited by hand"] if call.edited else []
    outcome = call.outcome
    if outcome is not None:
        words += [f"{outcome.elapsed_ms:.0f} ms"] if outcome.by == "tool" else ["output by hand"]
    yield " · ".join(words)
    yield _fenced(call.text, "python" if call.tool == "python" else "")
    if outcome is not None:
        error = [f"error: {outcome.error}"] if outcome.error else []
        yield _fenced("\n".join(filter(None, [outcome.output, *error])))
        if outcome.sources:
            yield "Sources: " + ", ".join(map(_code, outcome.sources))


def _fenced(text: str, language: str = "") -> str:
    """A code block whose fence is longer than any run of backticks in it."""
    text = "\n".join(map(visible, text.split("\n")))
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _quote(text: str) -> str:
    return "\n".join(f"> {_inline(line)}" if line else ">" for line in text.split("\n"))


def _code(text: str) -> str:
    return f"`{visible(text).replace('`', chr(0x2BC))}`"


def _inline(text: str) -> str:
    """Text that Markdown takes for nothing but text."""
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|<>~&])", r"\\\1", visible(text))
