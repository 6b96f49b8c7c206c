"""The two forms in which OpenAI's API reports probabilities.

A token's bytes are exact; its text may be half a character. Where the text is the only thing that
tells tokens apart (the keys of ``top_logprobs`` in completions), such a token is written as
OpenAI does: ``bytes:\\xe2\\x82``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.events import TokenEvent
from engine.server.backend import Vocabulary


@dataclass(frozen=True, slots=True)
class Scored:
    """A token with its probability and where its text begins in the answer."""

    event: TokenEvent
    offset: int

    @property
    def predicted(self) -> bool:
        """False for the first token of an echoed prompt, which nothing predicts."""
        return self.event.rank > 0


def completion_logprobs(scored: Sequence[Scored], vocabulary: Vocabulary) -> dict[str, Any]:
    """Parallel lists, one item a token."""
    return {
        "tokens": [_text(token.event.id, vocabulary) for token in scored],
        "token_logprobs": [token.event.logprob if token.predicted else None for token in scored],
        "top_logprobs": [_top(token, vocabulary) for token in scored],
        "text_offset": [token.offset for token in scored],
    }


def chat_logprobs(scored: Sequence[Scored], vocabulary: Vocabulary) -> dict[str, Any]:
    """One object a token."""
    return {
        "content": [
            {
                **_token(token.event.id, token.event.logprob, vocabulary),
                "top_logprobs": [
                    _token(other.id, other.logprob, vocabulary)
                    for other in token.event.alternatives
                ],
            }
            for token in scored
        ],
        "refusal": None,
    }


def _top(token: Scored, vocabulary: Vocabulary) -> dict[str, float] | None:
    """The likeliest tokens, and the token itself, which may not be one of them."""
    if not token.predicted:
        return None
    event = token.event
    top = {_text(other.id, vocabulary): other.logprob for other in event.alternatives}
    return {**top, _text(event.id, vocabulary): event.logprob}


def _token(token: int, logprob: float, vocabulary: Vocabulary) -> dict[str, Any]:
    raw = vocabulary.token_bytes(token)
    return {
        "token": vocabulary.display(token),
        "logprob": logprob,
        "bytes": list(raw) if raw else None,
    }


def _text(token: int, vocabulary: Vocabulary) -> str:
    raw = vocabulary.token_bytes(token)
    try:
        raw.decode()
    except UnicodeDecodeError:
        return "bytes:" + "".join(f"\\x{byte:02x}" for byte in raw)
    return vocabulary.display(token)
