"""One answer as its tokens come."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.events import NO_TOKEN, FinishReason, TokenEvent
from engine.server.backend import Vocabulary
from engine.server.openai.logprobs import Scored


@dataclass(slots=True)
class Piece:
    """What has come of an answer since the last piece, or all of it."""

    index: int
    text: str = ""
    scored: list[Scored] = field(default_factory=list)
    finish_reason: FinishReason | None = None

    @property
    def empty(self) -> bool:
        """Whether there is nothing to send."""
        return not (self.text or self.scored or self.finish_reason)


class Choice:
    """Sorts a row's events into pieces of an answer.

    Args:
        index: which of the choices it is.
        vocabulary: of the model.
        prefix: left out where the answer begins with it.
        logprobs: whether tokens are kept with their probabilities.
        scores_only: whether what is drawn is left out.
    """

    def __init__(
        self,
        index: int,
        vocabulary: Vocabulary,
        *,
        prefix: str,
        logprobs: bool,
        scores_only: bool,
    ) -> None:
        self.index = index
        self._vocabulary = vocabulary
        self._prefix = prefix
        self._logprobs = logprobs
        self._scores_only = scores_only
        self._n_chars = 0
        self._piece = Piece(index)

    def add(self, event: TokenEvent) -> None:
        """Take the row's next event."""
        self._piece.finish_reason = event.finish_reason
        if self._scores_only and event.span != "prompt":
            self._piece.finish_reason = event.finish_reason and "length"
            return
        if self._logprobs and not self._says_nothing(event):
            self._piece.scored.append(Scored(event, self._n_chars))
        text = event.text
        if text and self._prefix:
            text, self._prefix = text.removeprefix(self._prefix), ""
        self._piece.text += text
        self._n_chars += len(text)

    def take(self) -> Piece:
        """What has come since the last call."""
        piece, self._piece = self._piece, Piece(self.index)
        return piece

    def _says_nothing(self, event: TokenEvent) -> bool:
        """Whether this is no token, or the special one that ended the answer."""
        if event.id == NO_TOKEN:
            return True
        return event.finish_reason == "stop" and not self._vocabulary.token_bytes(event.id)
