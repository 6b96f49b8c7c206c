"""One event of a stream, read without trust: what is not of the right type is as good as absent.

Four spellings are read: a chat's ``delta`` or ``message``, a completion's ``text``, and of the
probabilities the newer list of objects or the older four lists.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from engine import wire
from engine.errors import LabError, RemoteError
from engine.remote.failures import clean, message_of, quote
from engine.sampling_params import MAX_ALTERNATIVES


@dataclass(frozen=True, slots=True)
class Scored:
    """A token, the natural logarithm of its probability, and the likeliest ones, best first."""

    text: str
    logprob: float
    top: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """What one sample goes on with."""

    row: int
    text: str
    thinking: str
    """Text that the server has split off because it stood between thinking tags."""
    tokens: tuple[Scored, ...]
    """Empty where the server gives no probabilities."""
    finish: str | None


@dataclass(frozen=True, slots=True)
class Chunk:
    """An event; ``n_tokens`` is the count of drawn tokens that some servers send at the end."""

    choices: tuple[Choice, ...]
    n_tokens: int | None


def read_chunk(data: bytes, server: str, key: str | None = None) -> Chunk:
    """Read one event's data; ``key`` is not to be shown if the server repeats it.

    Raises:
        RemoteError: it is no JSON object, or says that something went wrong.
    """
    try:
        value = wire.loads(data)
    except LabError:
        value = None
    if not isinstance(value, dict):
        shown = quote(data.decode(errors="replace"), key)[:60]
        raise RemoteError(
            f"{server} sent something that is no piece of an answer ({shown!r}). It may not be an "
            "OpenAI-compatible server."
        )
    if value.get("error") is not None:
        said = quote(message_of(value), key) or "it does not say why"
        raise RemoteError(f"{server} gave up in the middle of its answer: {said}")
    choices = tuple(_choices(value.get("choices")))
    return Chunk(choices, _count(value.get("usage")))


def _choices(value: Any) -> Iterator[Choice]:
    for item in value if isinstance(value, list) else ():
        if not isinstance(item, dict):
            continue
        row = item.get("index", 0)
        said = _object(item.get("delta")) or _object(item.get("message"))
        finish = item.get("finish_reason")
        yield Choice(
            row=row if isinstance(row, int) and not isinstance(row, bool) else 0,
            text=_text(said.get("content"))
            or _text(said.get("refusal"))
            or _text(item.get("text")),
            thinking=_text(said.get("reasoning_content")) or _text(said.get("reasoning")),
            tokens=tuple(_scored(_object(item.get("logprobs")))),
            finish=finish if isinstance(finish, str) else None,
        )


def _scored(logprobs: dict[str, Any]) -> Iterator[Scored]:
    content = logprobs.get("content")
    if isinstance(content, list):
        for entry in map(_object, content):
            logprob = _logprob(entry.get("logprob"))
            if logprob is not None:
                tops = entry.get("top_logprobs")
                pairs = [
                    (_token(top), top.get("logprob"))
                    for top in map(_object, tops if isinstance(tops, list) else ())
                ]
                yield Scored(_token(entry), logprob, _best(pairs))
        return
    tokens, values = logprobs.get("tokens"), logprobs.get("token_logprobs")
    if isinstance(tokens, list) and isinstance(values, list):
        tops = logprobs.get("top_logprobs")
        tops = tops if isinstance(tops, list) else []
        for number, (token, value) in enumerate(zip(tokens, values, strict=False)):
            logprob = _logprob(value)
            if logprob is not None:
                top = _object(tops[number]) if number < len(tops) else {}
                yield Scored(_text(token), logprob, _best(list(top.items())))


def _best(pairs: list[tuple[str, Any]]) -> tuple[tuple[str, float], ...]:
    known = [(clean(text), _logprob(value)) for text, value in pairs]
    sure = [(text, logprob) for text, logprob in known if logprob is not None]
    sure.sort(key=lambda pair: -pair[1])
    return tuple(sure[:MAX_ALTERNATIVES])


def _token(entry: dict[str, Any]) -> str:
    """A token's text; a part of a character stands in ``bytes`` as it is."""
    parts = entry.get("bytes")
    if isinstance(parts, list) and parts:
        try:
            return bytes(parts).decode(errors="replace")
        except (TypeError, ValueError):
            pass  # Not bytes after all: the text is there as well.
    return _text(entry.get("token"))


def _logprob(value: Any) -> float | None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    try:
        logprob = float(value)
    except OverflowError:
        return None
    return min(logprob, 0.0) if math.isfinite(logprob) else None


def _count(usage: Any) -> int | None:
    count = _object(usage).get("completion_tokens")
    return count if isinstance(count, int) and 0 < count < 2**31 else None


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return clean(value) if isinstance(value, str) else ""
