"""The parts of an assistant's turn: text that it wrote, and tool calls with what they came to."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from tools.result import Kind  # At run time: outcomes are read back from JSON by their types.
from tui.answers import Token

if TYPE_CHECKING:
    from engine.tool_protocol import ToolAnswer

CallState = Literal[
    "writing", "waiting", "running", "done", "failed", "timed out", "denied", "broken off"
]
"""``writing``: the model has not ended the call. ``waiting``: for a person's approval.
``broken off``: nobody will answer it any more."""

UNANSWERED: tuple[CallState, ...] = ("writing", "waiting", "running", "broken off")

_STATES: dict[str, CallState] = {
    "ok": "done",
    "empty": "done",
    "timeout": "timed out",
    "denied": "denied",
    "cancelled": "broken off",
}

By = Literal["tool", "you"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What a call came to; the fields are those of ``tools.result.ToolResult``."""

    kind: Kind
    output: str = ""
    error: str = ""
    elapsed_ms: float = 0.0
    tier: str = ""
    truncated: bool = False
    sources: tuple[str, ...] = ()
    by: By = "tool"
    """Who wrote the output: the tool, or a person by hand."""


@dataclass(slots=True)
class Text:
    """A stretch of text."""

    tokens: list[Token] = field(default_factory=list)

    @property
    def ids(self) -> tuple[int, ...]:
        """As the model reads them."""
        return tuple(token.id for token in self.tokens)

    @property
    def text(self) -> str:
        """Without the space that every part of a turn begins with."""
        return _joined(self.tokens)

    def still(self) -> Text:
        """A copy that does not grow."""
        return Text(list(self.tokens))


@dataclass(slots=True)
class Call:
    """A tool call, from its start token to the end of its output."""

    tool: str = ""
    tokens: list[Token] = field(default_factory=list)
    output: list[Token] = field(default_factory=list)
    """Between and with the two tokens around an output."""
    state: CallState = "writing"
    outcome: Outcome | None = None
    given: str | None = None
    """What the tool was given; None while it is being written."""
    edited: bool = False
    """Whether a person has changed the call: what it was given is not what was sampled."""
    began: float = field(default_factory=time.monotonic)
    """When it was begun or, later, when it was last given to its tool."""

    @property
    def ids(self) -> tuple[int, ...]:
        """As the model reads them: the call, then its output."""
        return tuple(token.id for token in (*self.tokens, *self.output))

    @property
    def text(self) -> str:
        """What is asked of the tool, so far."""
        return _joined(self.tokens) if self.given is None else self.given

    @property
    def whole(self) -> bool:
        """Whether its output stands behind it, so that an answer can go on from here."""
        return bool(self.output) and self.state not in UNANSWERED

    def still(self) -> Call:
        """A copy that does not grow."""
        return replace(self, tokens=list(self.tokens), output=list(self.output))

    def restart(self) -> None:
        """It is given to its tool."""
        self.state, self.began = "running", time.monotonic()

    def returned(self, outcome: Outcome) -> None:
        """Take its result."""
        self.outcome = outcome
        self.state = _STATES.get(outcome.kind, "failed")

    def answered(self, answer: ToolAnswer, *, by: By) -> None:
        """Take what the engine has made of a call for which a person decided.

        A call that was not ``edited`` keeps the very tokens that were sampled; those of an edited
        one were put there, and are forced.
        """
        if self.edited:
            self.tokens = _forced(answer.call_ids, answer.call_tokens)
        self.output = _forced(answer.output_ids, answer.output_tokens)
        result = answer.result
        self.returned(
            Outcome(
                kind=result.kind,
                output=result.output,
                error=result.error,
                elapsed_ms=result.elapsed_ms,
                tier=result.tier,
                truncated=result.truncated,
                sources=result.sources,
                by=by,
            )
        )


Part = Text | Call


def _forced(ids: Iterable[int], texts: Iterable[str]) -> list[Token]:
    return [Token(token, text, forced=True) for token, text in zip(ids, texts, strict=True)]


def _joined(tokens: Iterable[Token]) -> str:
    return "".join(token.text for token in tokens).removeprefix(" ")
