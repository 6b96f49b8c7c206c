"""An answer of the compare pane as bytes and back, with every token's alternatives."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from engine import wire
from engine.errors import RequestError
from engine.events import Alternative
from engine.protocol import Finished, GenerateRequest
from tui.answers import CUT_SHORT, Answer, Row, State, Token
from tui.truth import Verdict


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenRecord:
    """A token; the fields are those of ``Token``."""

    id: int
    text: str
    forced: bool
    logprob: float | None
    rank: int | None
    entropy: float | None
    ends: bool
    alternatives: tuple[Alternative, ...]

    @staticmethod
    def of(token: Token, *, whole: bool) -> TokenRecord:
        """The record of a token, with its alternatives if it is ``whole``.

        JSON has no words for infinity, nor for what is no number.
        """
        return TokenRecord(
            id=token.id,
            text=token.text,
            forced=token.forced,
            logprob=_finite(token.logprob),
            rank=token.rank,
            entropy=_finite(token.entropy),
            ends=token.ends,
            alternatives=tuple(a for a in token.alternatives if whole and math.isfinite(a.logprob)),
        )

    def token(self) -> Token:
        """The token."""
        return Token(
            self.id,
            self.text,
            self.forced,
            self.logprob,
            self.rank,
            self.entropy,
            self.alternatives,
            self.ends,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class RowRecord:
    """One sample."""

    tokens: tuple[TokenRecord, ...]
    finished: Finished | None
    verdict: Verdict | None


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerRecord:
    """An answer; the fields are those of ``Answer``."""

    request: GenerateRequest
    state: State
    prompt: tuple[TokenRecord, ...]
    rows: tuple[RowRecord, ...]
    max_seq_len: int
    message: str


def copy_of(answer: Answer) -> Answer:
    """An answer that another thread can write down while the first one grows."""
    rows = [Row(list(row.tokens), row.finished, row.verdict) for row in answer.rows]
    return Answer(
        answer.request, answer.state, answer.prompt, rows, answer.max_seq_len, answer.message
    )


def to_bytes(answer: Answer) -> bytes:
    """Compressed JSON: ten alternatives a token are a tenth of their text then.

    One that is on its way is without them: it is written again and again.
    """
    whole = not answer.live
    record = AnswerRecord(
        request=answer.request,
        state=answer.state,
        prompt=_records(answer.prompt, whole=whole),
        rows=tuple(
            RowRecord(
                tokens=_records(row.tokens, whole=whole), finished=row.finished, verdict=row.verdict
            )
            for row in answer.rows
        ),
        max_seq_len=answer.max_seq_len,
        message=answer.message,
    )
    return zlib.compress(wire.dumps(record).encode("ascii"), level=3)


def from_bytes(data: bytes) -> Answer:
    """The answer of some bytes; nothing comes any more to one that was on its way.

    Raises:
        RequestError: they are not what ``to_bytes`` writes.
    """
    try:
        value: Any = wire.loads(zlib.decompress(data))
    except (zlib.error, TypeError) as error:
        raise RequestError(f"That is no answer that was kept ({error}).") from error
    record = wire.decode(AnswerRecord, value)
    rows = [
        Row([token.token() for token in row.tokens], row.finished, row.verdict)
        for row in record.rows
    ]
    prompt = tuple(token.token() for token in record.prompt)
    answer = Answer(record.request, record.state, prompt, rows, record.max_seq_len, record.message)
    if answer.live:
        answer.fail(CUT_SHORT)
    return answer


def _records(tokens: Iterable[Token], *, whole: bool) -> tuple[TokenRecord, ...]:
    return tuple(TokenRecord.of(token, whole=whole) for token in tokens)


def _finite(figure: float | None) -> float | None:
    return figure if figure is not None and math.isfinite(figure) else None
