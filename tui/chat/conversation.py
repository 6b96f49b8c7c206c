"""A conversation: questions with their replies, and what the engine is asked for next."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from engine.protocol import GenerateRequest, Message
from tui import settings
from tui.chat.reply import Reply
from tui.settings import schema
from tui.stages import BY_NAME

if TYPE_CHECKING:
    from tui.models import Model
    from tui.sampling import Sampling

TITLE_CHARS = 60


@dataclass(slots=True)
class Exchange:
    """A question, the reply to it, and the reply to the same question with tools off."""

    question: str
    reply: Reply
    without: Reply | None = None

    @property
    def replies(self) -> Iterator[Reply]:
        """Both."""
        yield self.reply
        if self.without is not None:
            yield self.without

    def still(self) -> Exchange:
        """As it is now; see :meth:`Reply.still`."""
        return Exchange(self.question, self.reply.still(), self.without and self.without.still())


@dataclass(slots=True)
class Conversation:
    """Exchanges with one model: ids mean something to the tokenizer they came from only."""

    model: str
    """What the engine calls it."""
    exchanges: list[Exchange] = field(default_factory=list)
    key: str = field(default_factory=lambda: secrets.token_hex(8))
    created: str = field(default_factory=lambda: _now())
    updated: str = field(default_factory=lambda: _now())

    @property
    def title(self) -> str:
        """Its first question, in one line."""
        first = " ".join(self.exchanges[0].question.split()) if self.exchanges else ""
        return first if len(first) <= TITLE_CHARS else first[: TITLE_CHARS - 1] + "…"

    @property
    def last(self) -> Exchange | None:
        """The newest exchange."""
        return self.exchanges[-1] if self.exchanges else None

    def touch(self) -> None:
        """It has changed."""
        self.updated = _now()

    def forked(self, n_exchanges: int) -> Conversation:
        """A new conversation that begins like this one."""
        return Conversation(self.model, [each.still() for each in self.exchanges[:n_exchanges]])

    def request(
        self, place: int, reply: Reply, model: Model, sampling: Sampling
    ) -> GenerateRequest:
        """What to ask for so that ``reply`` goes on as the answer to exchange ``place``.

        Raises:
            RequestError: the engine would refuse it.
            PromptTooLongError: more text than the engine reads.
        """
        by_ids = model.server is None and model.stage in BY_NAME
        messages = []
        for exchange in self.exchanges[:place]:
            ids = exchange.reply.settled_ids
            if not ids:
                continue  # Nothing was said to it: a question asked in vain.
            messages.append(Message(role="user", content=exchange.question))
            messages.append(
                Message(role="assistant", content="", ids=ids)
                if by_ids
                else Message(role="assistant", content=exchange.reply.text)
            )
        messages.append(Message(role="user", content=self.exchanges[place].question))
        return GenerateRequest(
            model=model.asked_as,
            messages=tuple(messages),
            continue_ids=reply.ids,
            params=replace(sampling.params, seed=reply.seed),
            tools=reply.tools,
            approve=reply.approve,
            max_calls=settings.value(schema.MAX_CALLS),
        )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
