"""Exchanges as JSON and back: the form in which they are kept, checked strictly when read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from engine import wire
from engine.events import FinishReason
from tui.answers import CUT_SHORT, Token
from tui.chat.conversation import Exchange
from tui.chat.parts import Call, CallState, Outcome, Part, Text
from tui.chat.reply import Reply, State
from tui.truth import Verdict


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenRecord:
    """A token without its alternatives, which would be most of the file."""

    id: int
    text: str
    forced: bool
    logprob: float | None = None

    @staticmethod
    def of(token: Token) -> TokenRecord:
        """The record of a token."""
        return TokenRecord(id=token.id, text=token.text, forced=token.forced, logprob=token.logprob)

    def token(self) -> Token:
        """The token."""
        return Token(self.id, self.text, self.forced, self.logprob)


@dataclass(frozen=True, kw_only=True, slots=True)
class PartRecord:
    """A part; the fields behind ``tokens`` are those of a call."""

    kind: Literal["text", "call"]
    tokens: tuple[TokenRecord, ...]
    tool: str = ""
    output: tuple[TokenRecord, ...] = ()
    state: CallState = "done"
    outcome: Outcome | None = None
    given: str | None = None
    edited: bool = False

    @staticmethod
    def of(part: Part) -> PartRecord:
        """The record of a part."""
        tokens = tuple(map(TokenRecord.of, part.tokens))
        if isinstance(part, Text):
            return PartRecord(kind="text", tokens=tokens)
        return PartRecord(
            kind="call",
            tokens=tokens,
            tool=part.tool,
            output=tuple(map(TokenRecord.of, part.output)),
            state=part.state,
            outcome=part.outcome,
            given=part.given,
            edited=part.edited,
        )

    def part(self) -> Part:
        """The part."""
        tokens = [token.token() for token in self.tokens]
        if self.kind == "text":
            return Text(tokens)
        output = [token.token() for token in self.output]
        return Call(self.tool, tokens, output, self.state, self.outcome, self.given, self.edited)


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplyRecord:
    """A reply; the fields have the names and meanings of ``Reply``."""

    seed: int | None
    tools: tuple[str, ...]
    approve: tuple[str, ...]
    parts: tuple[PartRecord, ...]
    state: State
    message: str
    reason: FinishReason | None
    end: TokenRecord | None
    n_prompt: int
    max_seq_len: int
    tokens_per_s: float
    verdict: Verdict | None

    @staticmethod
    def of(reply: Reply) -> ReplyRecord:
        """The record of a reply."""
        return ReplyRecord(
            seed=reply.seed,
            tools=reply.tools,
            approve=reply.approve,
            parts=tuple(map(PartRecord.of, reply.parts)),
            state=reply.state,
            message=reply.message,
            reason=reply.reason,
            end=None if reply.end is None else TokenRecord.of(reply.end),
            n_prompt=reply.n_prompt,
            max_seq_len=reply.max_seq_len,
            tokens_per_s=reply.tokens_per_s,
            verdict=reply.verdict,
        )

    def reply(self) -> Reply:
        """The reply; nothing comes any more to one that was on its way when it was kept."""
        reply = Reply(
            seed=self.seed,
            tools=self.tools,
            approve=self.approve,
            parts=[part.part() for part in self.parts],
            state=self.state,
            message=self.message,
            reason=self.reason,
            end=None if self.end is None else replace(self.end.token(), ends=True),
            n_prompt=self.n_prompt,
            max_seq_len=self.max_seq_len,
            tokens_per_s=self.tokens_per_s,
            verdict=self.verdict,
        )
        if reply.live:
            reply.fail(CUT_SHORT)
        return reply


@dataclass(frozen=True, kw_only=True, slots=True)
class ExchangeRecord:
    """An exchange."""

    question: str
    reply: ReplyRecord
    without: ReplyRecord | None = None


def to_json(exchange: Exchange) -> str:
    """One line of JSON."""
    without = None if exchange.without is None else ReplyRecord.of(exchange.without)
    return wire.dumps(
        ExchangeRecord(
            question=exchange.question, reply=ReplyRecord.of(exchange.reply), without=without
        )
    )


def from_json(text: str) -> Exchange:
    """The exchange of a line.

    Raises:
        RequestError: the line is not what ``to_json`` writes.
    """
    value: Any = wire.loads(text)
    record = wire.decode(ExchangeRecord, value)
    without = None if record.without is None else record.without.reply()
    return Exchange(record.question, record.reply.reply(), without)
