"""The JSON of answers: whole, and in chunks of a stream."""

from __future__ import annotations

import secrets
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from engine.server.backend import Vocabulary
from engine.server.openai.choice import Piece
from engine.server.openai.logprobs import chat_logprobs, completion_logprobs


class Form(ABC):
    """How one response is written.

    Args:
        model: the checkpoint that answers.
        vocabulary: of it.
        logprobs: whether choices carry them.
    """

    prefix: str
    """Of the response's id."""
    whole_object: str
    chunk_object: str

    def __init__(self, model: str, vocabulary: Vocabulary, *, logprobs: bool) -> None:
        self._vocabulary = vocabulary
        self._logprobs = logprobs
        self._head = {
            "id": f"{self.prefix}-{secrets.token_hex(12)}",
            "created": int(time.time()),
            "model": model,
        }

    def whole(self, pieces: Sequence[Piece], usage: dict[str, int]) -> dict[str, Any]:
        """The response that is no stream."""
        choices = [self._choice(piece, self._said(piece)) for piece in pieces]
        return {**self._head, "object": self.whole_object, "choices": choices, "usage": usage}

    def opening(self, index: int) -> list[dict[str, Any]]:
        """Chunks before the first piece of a choice."""
        return []

    def chunk(self, piece: Piece) -> dict[str, Any]:
        """A chunk with one piece."""
        return self._chunk([self._choice(piece, self._delta(piece))])

    def usage_chunk(self, usage: dict[str, int]) -> dict[str, Any]:
        """The chunk with the token counts, which holds no choice."""
        return {**self._chunk([]), "usage": usage}

    def _chunk(self, choices: list[dict[str, Any]]) -> dict[str, Any]:
        return {**self._head, "object": self.chunk_object, "choices": choices}

    def _choice(self, piece: Piece, said: dict[str, Any]) -> dict[str, Any]:
        return {
            "index": piece.index,
            **said,
            "logprobs": self._scores(piece) if self._logprobs else None,
            "finish_reason": piece.finish_reason,
        }

    @abstractmethod
    def _said(self, piece: Piece) -> dict[str, Any]:
        """A whole answer."""

    @abstractmethod
    def _delta(self, piece: Piece) -> dict[str, Any]:
        """A part of an answer."""

    @abstractmethod
    def _scores(self, piece: Piece) -> dict[str, Any]:
        """The probabilities."""


class CompletionForm(Form):
    """``/v1/completions``."""

    prefix = "cmpl"
    whole_object = chunk_object = "text_completion"

    def _said(self, piece: Piece) -> dict[str, Any]:
        return {"text": piece.text}

    def _delta(self, piece: Piece) -> dict[str, Any]:
        return {"text": piece.text}

    def _scores(self, piece: Piece) -> dict[str, Any]:
        return completion_logprobs(piece.scored, self._vocabulary)


class ChatForm(Form):
    """``/v1/chat/completions``."""

    prefix = "chatcmpl"
    whole_object = "chat.completion"
    chunk_object = "chat.completion.chunk"

    def opening(self, index: int) -> list[dict[str, Any]]:
        """Say who speaks."""
        choice = {"index": index, "delta": {"role": "assistant", "content": ""}}
        return [self._chunk([{**choice, "logprobs": None, "finish_reason": None}])]

    def _said(self, piece: Piece) -> dict[str, Any]:
        return {"message": {"role": "assistant", "content": piece.text, "refusal": None}}

    def _delta(self, piece: Piece) -> dict[str, Any]:
        return {"delta": {"content": piece.text} if piece.text or piece.scored else {}}

    def _scores(self, piece: Piece) -> dict[str, Any]:
        return chat_logprobs(piece.scored, self._vocabulary)
