"""From the events of a run to its response."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

from engine import wire
from engine.errors import LabError
from engine.events import TokenEvent
from engine.protocol import Finished, Started
from engine.server.event_stream import PING, gather_tokens, ruined
from engine.server.failures import openai_error
from engine.server.openai.bodies import Wish
from engine.server.openai.choice import Choice, Piece
from engine.server.openai.forms import Form
from engine.server.openai.run import Numbered, Run


class Answer:
    """All choices of one response, and its token counts.

    Args:
        kind: how it is written.
        wish: what was asked.
        run: which has begun.
        come: what ``Run.begin`` returned.
    """

    def __init__(self, kind: type[Form], wish: Wish, run: Run, come: list[Numbered]) -> None:
        self._wish = wish
        self._run = run
        self._come = come
        first = next(event for _, event in come if isinstance(event, Started))
        self._form = kind(first.model, run.vocabulary, logprobs=wish.logprobs)
        self._n_samples = wish.requests[0].n
        self._choices = [
            Choice(
                i,
                run.vocabulary,
                prefix=run.answer_prefix,
                logprobs=wish.logprobs,
                scores_only=wish.scores_only,
            )
            for i in range(len(wish.requests) * self._n_samples)
        ]
        self._prompt_tokens = 0
        self._drawn_tokens = 0

    async def whole(self) -> bytes:
        """The JSON of the whole response.

        Raises:
            LabError: a request ended in an error.
        """
        self._add(self._come)
        async for come in self._run.events():
            self._add(come)
        return self._json(self._form.whole(self._pieces(), self._usage())).encode()

    async def chunks(self) -> AsyncIterator[bytes]:
        """The response as server-sent events; an error that comes now is an event as well."""
        try:
            for chunk in self._openings():
                yield self._event(chunk)
            for chunk in self._added(self._come):
                yield self._event(chunk)
            async for come in self._run.events():
                if not come:
                    yield PING
                    continue
                sent = b"".join([self._event(chunk) for chunk in self._added(come)])
                if sent:
                    yield sent
                await gather_tokens()
            if self._wish.include_usage:
                yield self._event(self._form.usage_chunk(self._usage()))
        except LabError as error:
            yield self._event(openai_error(error))
        else:
            yield b"data: [DONE]\n\n"

    def _openings(self) -> list[dict[str, Any]]:
        return [chunk for choice in self._choices for chunk in self._form.opening(choice.index)]

    def _added(self, come: Sequence[Numbered]) -> list[dict[str, Any]]:
        self._add(come)
        return [self._form.chunk(piece) for piece in self._pieces() if not piece.empty]

    def _pieces(self) -> list[Piece]:
        return [choice.take() for choice in self._choices]

    def _add(self, come: Sequence[Numbered]) -> None:
        for number, event in come:
            if isinstance(event, Started):
                self._prompt_tokens += len(event.prompt_ids)
            elif isinstance(event, Finished):
                self._drawn_tokens += 0 if self._wish.scores_only else event.n_tokens
            elif isinstance(event, TokenEvent):
                self._choices[number * self._n_samples + event.row].add(event)

    def _usage(self) -> dict[str, int]:
        return {
            "prompt_tokens": self._prompt_tokens,
            "completion_tokens": self._drawn_tokens,
            "total_tokens": self._prompt_tokens + self._drawn_tokens,
        }

    def _event(self, value: object) -> bytes:
        return f"data: {self._json(value)}\n\n".encode()

    def _json(self, value: object) -> str:
        try:
            return wire.dumps(value)
        except ValueError:
            raise ruined() from None
