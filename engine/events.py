"""What a caller sees of a generation. Imports no torch: these records travel to the app.

The generation engine answers every request with a stream of ``TokenEvent``. A row (one sample of a
request) ends with the one event whose ``finish_reason`` is not None. Where a model calls tools, the
server adds ``ToolCalled`` and ``ToolReturned``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tools.result import Kind

FinishReason = Literal["stop", "length", "cancelled", "tool_call"]
"""``tool_call``: the row ends with a call that somebody else is to answer."""
Span = Literal["prompt", "text", "call", "output"]
"""Of the prompt, drawn by the model as text or within a tool call (from its start token to its end
token), or appended by the lab: a tool's output with its two tokens."""

NO_TOKEN = -1
"""The ``id`` of an event without a token: it ends a row between two tokens, or carries text that
was held back when a tool call began."""

FIRST_UNNUMBERED = -2
"""Other servers send text without token ids. Their tokens get ids from here downwards, equal for
equal tokens of one answer; they mean nothing elsewhere. A figure that such a server does not give
is NaN (logprob, entropy) or 0 (rank)."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """A token that might have been drawn instead, or the drawn one itself."""

    id: int
    text: str
    """The token's own bytes read as UTF-8, damaged ones replaced."""
    logprob: float


@dataclass(frozen=True, slots=True)
class TokenEvent:
    """One token of one row. Probabilities are the model's own, before any sampling setting."""

    request: int
    """What the caller of ``Generator.submit`` named it."""
    row: int
    """Which of the request's samples, from 0."""
    id: int
    text: str
    """Text that became certain with this token. Empty while half a character or a possible stop
    string is held back; the texts of a row, joined, are its answer."""
    logprob: float
    """Natural logarithm of the token's probability."""
    alternatives: tuple[Alternative, ...]
    """The likeliest tokens, best first, the drawn one among them or not."""
    entropy: float
    """Of the distribution the token was drawn from, in bits."""
    rank: int
    """1 for the likeliest token; 0 where there is no prediction (first token of a prompt)."""
    forced: bool
    """True if the token was given, not drawn."""
    span: Span
    finish_reason: FinishReason | None
    tool: str = ""
    """On the token that begins a call: the tool that is called."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolCalled:
    """The model has ended a call. It runs now, or the row ends with it (``tool_call``)."""

    row: int
    call: int
    """Which call of the turn, from 0; those of ``continue_ids`` are counted."""
    tool: str
    text: str
    """What was asked of the tool."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolReturned:
    """A call's result, whose tokens came just before. The fields are those of ``ToolResult``."""

    row: int
    call: int
    tool: str
    kind: Kind
    output: str
    error: str
    elapsed_ms: float
    tier: str
    truncated: bool
    """Whether the model reads less than the tool said."""
    sources: tuple[str, ...]
    n_tokens: int
    """Tokens appended to the row, the two around the output included."""


@dataclass(frozen=True, slots=True)
class Completion:
    """All drawn tokens of one row."""

    prompt_ids: tuple[int, ...]
    ids: tuple[int, ...]
    """Drawn ids, those of tool calls and a stop token included; never a tool's output."""
    text: str
    """Without the stop token or the stop string, and without calls."""
    logprobs: tuple[float, ...]
    finish_reason: FinishReason
    entropies: tuple[float, ...] = ()
    """In bits, of the distribution that each id was drawn from."""


def collect(prompt_ids: Iterable[int], events: Iterable[TokenEvent]) -> Completion:
    """Join the events of one finished row; forced ones and the one without a token are left out.

    Raises:
        ValueError: no event says why the row ended.
    """
    drawn = [event for event in events if event.span in ("text", "call")]
    if not drawn or drawn[-1].finish_reason is None:
        raise ValueError("the row has not finished")
    tokens = [event for event in drawn if event.id != NO_TOKEN]
    return Completion(
        prompt_ids=tuple(prompt_ids),
        ids=tuple(event.id for event in tokens),
        text="".join(event.text for event in drawn if event.span == "text"),
        logprobs=tuple(event.logprob for event in tokens),
        finish_reason=drawn[-1].finish_reason,
        entropies=tuple(event.entropy for event in tokens),
    )
