"""The samples of one answer: choices of a stream in, the engine's own events out."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

from engine.errors import RemoteError
from engine.events import FIRST_UNNUMBERED, Alternative, FinishReason, TokenEvent
from engine.protocol import Finished
from engine.remote.chunks import Choice, Scored

MAX_CHARACTERS = 4 << 20
"""Of all samples together, alternatives included; a server that goes on for ever must not fill
our memory."""

ONE_BURST_S = 0.03
"""What came within so short a time came together: that says nothing of the server's pace."""

_OPEN, _CLOSE = "<think>", "</think>"


@dataclass(slots=True)
class Row:
    """One sample: its clock (seconds), and how far it is."""

    n_tokens: int = 0
    first_s: float = 0.0
    last_s: float = 0.0
    thinking: bool = False
    finish: str | None = None


@dataclass(slots=True)
class Rows:
    """All samples of an answer.

    A piece of text without probabilities counts as one token, which is how nearly all servers
    stream; a server's own count, where there is one, corrects the sum in the end.
    """

    server: str
    asked_s: float = field(default_factory=time.monotonic)
    rows: dict[int, Row] = field(default_factory=dict)
    _ids: dict[str, int] = field(default_factory=dict)
    _characters: int = 0

    def take(self, choice: Choice, number: int) -> Iterator[TokenEvent]:
        """The events of one choice of sample ``number``.

        Raises:
            RemoteError: the answer is longer than ``MAX_CHARACTERS``.
        """
        row = self.rows.setdefault(number, Row())
        if choice.finish is not None:
            row.finish = choice.finish
        text = _with_tags(choice, row)
        pieces = _pieces(text, choice.tokens)
        self._characters += sum(_size(piece, scored) for piece, scored in pieces)
        if self._characters > MAX_CHARACTERS:
            raise RemoteError(
                f"{self.server} sent over {MAX_CHARACTERS:,} characters and did not stop. "
                "Lower max tokens, or choose another server."
            )
        for piece, scored in pieces:
            row.last_s = time.monotonic() - self.asked_s
            row.first_s = row.first_s or row.last_s
            row.n_tokens += 1
            yield self._event(number, piece, scored)

    def finished(self, number: int, n_tokens: int | None = None) -> Finished:
        """The end of a sample; ``n_tokens`` is the server's own count of its tokens."""
        row = self.rows.get(number, Row())
        count = n_tokens or row.n_tokens
        elapsed = row.last_s - row.first_s
        reason: FinishReason = "length" if row.finish == "length" else "stop"
        return Finished(
            row=number,
            reason=reason,
            n_tokens=count,
            ttft_s=row.first_s,
            tokens_per_s=(count - 1) / elapsed if elapsed > ONE_BURST_S else 0.0,
        )

    def _event(self, number: int, text: str, scored: Scored | None) -> TokenEvent:
        if scored is None:
            return _token_event(number, self._id(text), text, math.nan, (), 0)
        token = self._id(scored.text)
        alternatives = tuple(Alternative(self._id(t), t, logprob) for t, logprob in scored.top)
        better = [other.id for other in alternatives]
        rank = better.index(token) + 1 if token in better else 0
        return _token_event(number, token, text, scored.logprob, alternatives, rank)

    def _id(self, text: str) -> int:
        return self._ids.setdefault(text, FIRST_UNNUMBERED - len(self._ids))


def _token_event(
    number: int,
    token: int,
    text: str,
    logprob: float,
    alternatives: tuple[Alternative, ...],
    rank: int,
) -> TokenEvent:
    return TokenEvent(
        request=0,
        row=number,
        id=token,
        text=text,
        logprob=logprob,
        alternatives=alternatives,
        entropy=math.nan,  # It takes the whole distribution, and servers give its head at most.
        rank=rank,
        forced=False,
        span="text",
        finish_reason=None,
    )


def _size(text: str, scored: Scored | None) -> int:
    """Characters that are kept of a token; an empty text takes room as well."""
    texts = [text] if scored is None else [text, scored.text, *(other for other, _ in scored.top)]
    return sum(max(1, len(each)) for each in texts)


def _with_tags(choice: Choice, row: Row) -> str:
    """The text, with the thinking that the server took out of it put back between its tags."""
    text = choice.text
    if choice.thinking:
        opening = "" if row.thinking else _OPEN
        text = opening + choice.thinking + (f"{_CLOSE}{text}" if text else "")
        row.thinking = not choice.text
    elif row.thinking and text:
        row.thinking = False
        text = _CLOSE + text
    return text


def _pieces(text: str, tokens: tuple[Scored, ...]) -> list[tuple[str, Scored | None]]:
    """Each token with the text it stands for.

    Where tokens and text differ, the text is right. It may lack their beginning (a space that the
    server takes off an answer) or their end (a stop string); else (half a character, text that was
    held back) all of it goes to the last token.
    """
    if not tokens:
        return [(text, None)] if text else []
    ends = list(accumulate((len(token.text) for token in tokens), initial=0))
    begins = "".join(token.text for token in tokens).find(text)
    if begins < 0:
        return [*(("", token) for token in tokens[:-1]), (text, tokens[-1])]
    return [
        (text[max(0, start - begins) : max(0, end - begins)], token)
        for token, (start, end) in zip(tokens, pairwise(ends), strict=True)
    ]
