"""What a column knows of one answer: the rows of tokens as they arrive, and how they ended."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from engine.events import NO_TOKEN, TokenEvent
from engine.protocol import Finished, GenerateRequest, Started, StreamEvent

if TYPE_CHECKING:
    from engine.events import Alternative
    from tui.truth import Verdict

END_SIGN = "■"
"""A token that ends the row and prints nothing, such as the end of the assistant's turn."""

HELD_SIGN = "·"
"""A token whose bytes are part of a later token's character."""

CUT_SHORT = "llmlab was closed in the middle of this answer."
"""The failure of an answer that was on its way when it was kept last."""

State = Literal["empty", "waiting", "streaming", "done", "stopped", "failed"]


@dataclass(frozen=True, slots=True)
class Token:
    """One token on screen.

    ``forced`` tokens were put there, by the prompt or by a person; all others were sampled. A
    prompt token has no ``logprob``, as nobody drew it; nor has one whose server does not tell.
    """

    id: int
    text: str
    forced: bool
    logprob: float | None = None
    rank: int | None = None
    entropy: float | None = None
    alternatives: tuple[Alternative, ...] = ()
    ends: bool = False
    """Whether its row ended with it."""

    @property
    def shown(self) -> str:
        """What stands on screen: a token without text of its own still has a place."""
        if self.text:
            return self.text
        return END_SIGN if self.ends else HELD_SIGN

    @property
    def numbered(self) -> bool:
        """Whether its id is the model's own; other servers send text alone."""
        return self.id >= 0

    @property
    def probability(self) -> float | None:
        """The model's own probability of this token, before temperature and cuts."""
        return None if self.logprob is None else math.exp(self.logprob)


@dataclass(slots=True)
class Row:
    """One sample of an answer."""

    tokens: list[Token] = field(default_factory=list)
    finished: Finished | None = None
    verdict: Verdict | None = None

    @property
    def text(self) -> str:
        """All of the row's text."""
        return "".join(token.text for token in self.tokens)


@dataclass(slots=True)
class Answer:
    """A request and what has come back for it so far."""

    request: GenerateRequest
    state: State = "waiting"
    prompt: tuple[Token, ...] = ()
    rows: list[Row] = field(default_factory=list)
    max_seq_len: int = 0
    message: str = ""
    """The sentence of a failure."""

    def __post_init__(self) -> None:
        if not self.rows:
            self.rows = [Row() for _ in range(self.request.n)]

    @property
    def chat(self) -> bool:
        """Whether the prompt was rendered as a conversation."""
        return self.request.messages is not None

    @property
    def live(self) -> bool:
        """Whether more of it is on its way."""
        return self.state in ("waiting", "streaming")

    @property
    def question(self) -> str:
        """The text the person typed."""
        if self.request.messages is not None:
            return self.request.messages[-1].content
        return self.request.prompt or ""

    def take(self, event: StreamEvent) -> None:
        """Add one event of the stream."""
        if isinstance(event, Started):
            self.state = "streaming"
            self.max_seq_len = event.max_seq_len
            self.prompt = tuple(
                Token(token, text, forced=True)
                for token, text in zip(event.prompt_ids, event.prompt_tokens, strict=True)
            )
        elif isinstance(event, Finished):
            self.rows[event.row].finished = event
            if all(row.finished for row in self.rows):
                self.state = "stopped" if event.reason == "cancelled" else "done"
        elif isinstance(event, TokenEvent) and event.span == "text":
            self.state = "streaming"
            self._append(self.rows[event.row].tokens, event)

    def fail(self, message: str) -> None:
        """The stream broke; what has arrived stays."""
        self.state, self.message = "failed", message

    def stop(self) -> None:
        """The person stopped it."""
        self.state = "stopped"

    @staticmethod
    def _append(tokens: list[Token], event: TokenEvent) -> None:
        if event.id != NO_TOKEN:
            tokens.append(
                Token(
                    event.id,
                    event.text,
                    event.forced,
                    given_figure(event.logprob),
                    event.rank or None,
                    given_figure(event.entropy),
                    event.alternatives,
                    event.finish_reason is not None,
                )
            )
        elif event.text and tokens:
            # A cancelled row's last event: text that had been held back, but no token.
            tokens[-1] = replace(tokens[-1], text=tokens[-1].text + event.text)

    def branch(self, row: int, index: int, choice: Alternative) -> Answer:
        """A fresh answer that keeps row ``row`` up to ``index`` and has ``choice`` there instead.

        The kept tokens and the choice become forced: the engine reads them, it does not draw them.
        """
        kept = self.rows[row].tokens[:index]
        drawn_from = self.rows[row].tokens[index]
        swapped = Token(
            choice.id,
            choice.text,
            forced=True,
            logprob=choice.logprob,
            rank=rank_of(choice, drawn_from.alternatives),
            entropy=drawn_from.entropy,
            alternatives=drawn_from.alternatives,
        )
        tokens = [replace(token, forced=True) for token in kept] + [swapped]
        request = replace(self.request, continue_ids=tuple(token.id for token in tokens), n=1)
        return Answer(request, rows=[Row(tokens)], prompt=self.prompt)


def given_figure(figure: float) -> float | None:
    """NaN stands for a figure that a server does not give."""
    return None if math.isnan(figure) else figure


def rank_of(choice: Alternative, alternatives: Sequence[Alternative]) -> int | None:
    """1 for the likeliest alternative; None where the choice is not among them."""
    for rank, alternative in enumerate(alternatives, start=1):
        if alternative.id == choice.id:
            return rank
    return None
