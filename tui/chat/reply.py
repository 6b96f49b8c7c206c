"""An assistant's turn: parts that grow by the engine's events, and that can be cut anywhere."""

from __future__ import annotations

import copy
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from engine.events import NO_TOKEN, TokenEvent, ToolCalled, ToolReturned
from engine.protocol import Finished, Started
from tui.answers import Token, given_figure
from tui.chat.parts import Call, Outcome, Part, Text

if TYPE_CHECKING:
    from engine.events import FinishReason
    from engine.protocol import StreamEvent
    from tui.truth import Verdict

State = Literal["waiting", "streaming", "asking", "done", "stopped", "failed"]
"""``asking``: a person is to decide about the last call."""


@dataclass(slots=True)
class Reply:
    """What the assistant said to one question, with one seed and some tools offered."""

    seed: int | None = None
    tools: tuple[str, ...] = ()
    """Offered; none when the question was asked with tools off."""
    approve: tuple[str, ...] = ()
    """Of these a person decides about each call."""
    parts: list[Part] = field(default_factory=list)
    state: State = "waiting"
    message: str = ""
    """The sentence of a failure."""
    reason: FinishReason | None = None
    end: Token | None = None
    """The token that ended the turn; the engine adds it by itself to a turn of the past."""
    n_prompt: int = 0
    """Tokens before the turn."""
    max_seq_len: int = 0
    tokens_per_s: float = 0.0
    verdict: Verdict | None = None
    not_judged: str = ""
    """Why there is no verdict on an answer that could have had one."""

    # Growing

    def take(self, event: StreamEvent) -> None:
        """Add one event of the stream."""
        if isinstance(event, Started):
            self.state = "streaming"
            self.n_prompt, self.max_seq_len = len(event.prompt_ids), event.max_seq_len
        elif isinstance(event, TokenEvent):
            self.state = "streaming"
            self._take_token(event)
        elif isinstance(event, ToolCalled):
            call = self._last_call()
            call.tool, call.given, call.began = event.tool, event.text, time.monotonic()
            call.state = "waiting" if event.tool in self.approve else "running"
        elif isinstance(event, ToolReturned):
            self._last_call().returned(_outcome(event))
        else:
            self._finish(event)

    def fail(self, message: str) -> None:
        """The stream broke; what has arrived stays."""
        self.state, self.message = "failed", message
        self._break_off()

    def stop(self) -> None:
        """The person stopped it."""
        self.state = "stopped"
        self._break_off()

    def resume(self) -> None:
        """It goes on with another request."""
        self.state, self.reason, self.message, self.end = "waiting", None, "", None
        self.verdict, self.not_judged = None, ""

    def _take_token(self, event: TokenEvent) -> None:
        if event.id == NO_TOKEN:
            # A cancelled row's last event: text that had been held back, but no token.
            tokens = self._last_tokens()
            if event.text and tokens:
                tokens[-1] = replace(tokens[-1], text=tokens[-1].text + event.text)
            return
        token = Token(
            event.id,
            event.text,
            event.forced,
            None if event.forced else given_figure(event.logprob),
            event.rank or None,
            given_figure(event.entropy),
            event.alternatives,
            event.finish_reason is not None,
        )
        if event.finish_reason == "stop":
            self.end = token
            tokens = self._last_tokens()
            if event.text and tokens:
                tokens[-1] = replace(tokens[-1], text=tokens[-1].text + event.text)
        elif event.span == "output":
            self._last_call().output.append(token)
        elif event.span == "call":
            if not (self.parts and isinstance(self.parts[-1], Call) and self._writing()):
                self.parts.append(Call(event.tool))
            self._last_call().tokens.append(token)
        else:
            if not (self.parts and isinstance(self.parts[-1], Text)):
                self.parts.append(Text())
            self._last_tokens().append(token)

    def _finish(self, event: Finished) -> None:
        self.reason = event.reason
        self.tokens_per_s = event.tokens_per_s
        if event.reason == "tool_call":
            self.state = "asking"
            self._last_call().state = "waiting"
            return
        self.state = "stopped" if event.reason == "cancelled" else "done"
        self._break_off()

    def _break_off(self) -> None:
        for call in self.calls:
            if call.state in ("writing", "waiting", "running"):
                call.state = "broken off"

    def _writing(self) -> bool:
        return self._last_call().state == "writing"

    def _last_call(self) -> Call:
        for part in reversed(self.parts):
            if isinstance(part, Call):
                return part
        # An engine that speaks of a call without its tokens: it is shown all the same.
        self.parts.append(Call())
        return self._last_call()

    def _last_tokens(self) -> list[Token]:
        return self.parts[-1].tokens if self.parts else []

    # Reading

    @property
    def calls(self) -> Iterator[Call]:
        """Its tool calls."""
        return (part for part in self.parts if isinstance(part, Call))

    @property
    def waiting_call(self) -> Call | None:
        """The call about which a person is to decide."""
        last = self.parts[-1] if self.parts else None
        asked = self.state == "asking" and isinstance(last, Call) and last.state == "waiting"
        return last if asked and isinstance(last, Call) else None

    @property
    def live(self) -> bool:
        """Whether tokens of it are on their way."""
        return self.state in ("waiting", "streaming")

    @property
    def ids(self) -> tuple[int, ...]:
        """All of its tokens but the one that ends it."""
        return tuple(token for part in self.parts for token in part.ids)

    @property
    def settled_ids(self) -> tuple[int, ...]:
        """Its tokens as part of a conversation's past: without a call that nobody answered."""
        kept: list[int] = []
        for part in self.parts:
            if isinstance(part, Call) and not part.whole:
                break
            kept.extend(part.ids)
        return tuple(kept)

    @property
    def text(self) -> str:
        """What it says, without calls and their outputs."""
        texts = (part.text for part in self.parts if isinstance(part, Text))
        return " ".join(filter(None, (text.strip() for text in texts)))

    @property
    def n_context(self) -> int:
        """Tokens of the model's context that are used up to its end."""
        return self.n_prompt + len(self.ids) + (self.end is not None)

    # Copying

    def still(self) -> Reply:
        """As it is now: one that is done is given as it stands, for only its verdict may still
        come; of any other a copy, whose parts do not grow."""
        if self.state == "done":
            return self
        return replace(self, parts=[part.still() for part in self.parts])

    def cut(self, index: int) -> Reply:
        """A reply that keeps the parts before ``index`` and is to go on from there."""
        kept = copy.deepcopy(self.parts[:index])
        return Reply(
            seed=self.seed,
            tools=self.tools,
            approve=self.approve,
            parts=kept,
            n_prompt=self.n_prompt,
            max_seq_len=self.max_seq_len,
        )

    def cut_at_call(self, index: int) -> Reply:
        """A reply that ends in the call ``index``, which waits for a decision once more."""
        again = self.cut(index + 1)
        call = again.parts[index]
        assert isinstance(call, Call)
        call.state, call.output, call.outcome = "waiting", [], None
        again.state = "asking"
        return again


def _outcome(event: ToolReturned) -> Outcome:
    return Outcome(
        kind=event.kind,
        output=event.output,
        error=event.error,
        elapsed_ms=event.elapsed_ms,
        tier=event.tier,
        truncated=event.truncated,
        sources=event.sources,
    )
