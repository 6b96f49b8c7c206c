"""One sample of one request on its way through the batch. Imports no torch."""

from __future__ import annotations

import random
import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.detokenize import Detokenizer, TokenBytes, token_text
from engine.events import NO_TOKEN, Alternative, FinishReason, TokenEvent
from engine.request import Request
from engine.stop_strings import StopStrings

if TYPE_CHECKING:  # its module imports torch
    from engine.sampling import Drawn


class Row:
    """The state of a row that lives on the host.

    Args:
        request_id: what the caller named the request.
        sample: which of the request's samples, from 0.
        request: what was asked for.
        seed: of the request; its own seed or a fresh one, shared by its samples.
        max_seq_len: positions the model can read.
        tokenizer: gives the bytes of a token.
    """

    __slots__ = (
        "_chance", "_max_seq_len", "_stops", "_text", "_tokenizer", "finish_reason", "ids",
        "request", "request_id", "sample",
    )  # fmt: skip

    def __init__(
        self,
        request_id: int,
        sample: int,
        request: Request,
        seed: int,
        max_seq_len: int,
        tokenizer: TokenBytes,
    ) -> None:
        self.request_id = request_id
        self.sample = sample
        self.request = request
        self.ids = list(request.prompt_ids)
        self.finish_reason: FinishReason | None = None
        self._max_seq_len = max_seq_len
        self._tokenizer = tokenizer
        self._text = Detokenizer(tokenizer)
        self._stops = StopStrings(request.params.stop)
        self._chance = random.Random(f"{seed}/{sample}")

    def uniform(self) -> float:
        """Return this row's next number in [0, 1), which greedy rows have no use for."""
        if self.request.params.greedy:
            return 0.0
        # 32 bits: a product with a mass summed in doubles can then not round up to the whole mass.
        return self._chance.getrandbits(32) / 2**32

    def take(self, drawn: Drawn) -> TokenEvent:
        """Append a drawn token, decide whether the row ends with it, and report it."""
        self.ids.append(drawn.id)
        if drawn.id in self.request.stop_ids:
            text, self.finish_reason = self._finish_text(), "stop"
        else:
            text, stopped = self._stops.add(self._text.add(drawn.id))
            if stopped:
                self.finish_reason = "stop"
            elif self._is_full():
                text, self.finish_reason = text + self._finish_text(), "length"
        return self._event(drawn, text, forced=False)

    def echo(self, prompt: Sequence[Drawn]) -> list[TokenEvent]:
        """Report the prompt's tokens; their text is cut at tokens, not held back."""
        text = Detokenizer(self._tokenizer)
        events = [self._event(drawn, text.add(drawn.id), forced=True) for drawn in prompt]
        return events

    def cancel(self) -> TokenEvent:
        """End the row between two tokens, giving out what was held back."""
        text, self.finish_reason = self._finish_text(), "cancelled"
        return TokenEvent(
            self.request_id, self.sample, NO_TOKEN, text, 0.0, (), 0.0, 0, False, "text",
            self.finish_reason,
        )  # fmt: skip

    def _is_full(self) -> bool:
        n_drawn = len(self.ids) - len(self.request.prompt_ids)
        # The last token of a full context may still be drawn, as drawing it reads only the others.
        return n_drawn >= self.request.params.max_tokens or len(self.ids) > self._max_seq_len

    def _finish_text(self) -> str:
        text, stopped = self._stops.add(self._text.finish())
        return text if stopped else text + self._stops.finish()

    def _event(self, drawn: Drawn, text: str, *, forced: bool) -> TokenEvent:
        alternatives = tuple(
            Alternative(token, token_text(self._tokenizer, token), logprob)
            for token, logprob in drawn.alternatives
        )
        return TokenEvent(
            self.request_id, self.sample, drawn.id, text, drawn.logprob, alternatives,
            drawn.entropy, drawn.rank, forced, "prompt" if forced else "text", self.finish_reason,
        )  # fmt: skip


def rows_of(
    request_id: int, request: Request, max_seq_len: int, tokenizer: TokenBytes
) -> list[Row]:
    """Make the rows of a request, which share its seed."""
    given = request.params.seed
    seed = secrets.randbits(64) if given is None else given
    return [
        Row(request_id, sample, request, seed, max_seq_len, tokenizer)
        for sample in range(request.n)
    ]
