"""The contents of Compare: the prompt, and what each column says, token by token."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tui.export.made import Made
from tui.export.markdown import code, fenced, inline, table
from tui.panes.pane import Contents

if TYPE_CHECKING:
    from tui.answers import Answer, Row, Token
    from tui.lane import Lane

Said = Sequence[tuple[str, "Answer"]]
"""Models by name, and what they answered."""


def contents_of(lanes: Sequence[Lane]) -> Contents | None:
    """A row is a sample of a column's answer; None before anything was asked."""
    said = [(lane.name, _as_it_is(lane.stream.answer)) for lane in lanes if lane.stream is not None]
    if not said:
        return None
    blocks, rows = Made(lambda: _blocks(said)), Made(lambda: _rows(said))
    return Contents("One prompt, several models", blocks, rows)


def _as_it_is(answer: Answer) -> Answer:
    """While it is written, more tokens come."""
    return replace(answer, rows=[replace(row, tokens=list(row.tokens)) for row in answer.rows])


def _blocks(said: Said) -> Iterator[str]:
    yield "## Prompt"
    yield from map(fenced, dict.fromkeys(answer.question for _, answer in said))
    for name, answer in said:
        yield from _column(name, answer)


def _column(name: str, answer: Answer) -> Iterator[str]:
    yield f"## {inline(name)}"
    settings = _settings(answer).items()
    yield table(("settings", "value"), [(name, str(value)) for name, value in settings])
    for number, row in enumerate(answer.rows, start=1):
        if len(answer.rows) > 1:
            yield f"### Sample {number}"
        yield fenced(row.text)
        verdict = row.verdict
        if verdict is not None:
            pages = f"{inline(verdict.tier)}, {verdict.exposures} pages"
            yield f"*{inline(verdict.outcome)}; the web says {inline(verdict.truth)} ({pages})*"
        if any(token.logprob is not None for token in row.tokens):
            yield table(
                ("id", "token", "p", "rank", "entropy (bits)"),
                [(t.id, repr(t.text), t.probability, t.rank, t.entropy) for t in row.tokens],
            )
    if answer.message:
        yield f"*{code(answer.message)}*"


def _settings(answer: Answer) -> dict[str, Any]:
    params = answer.request.params
    return {
        "as": "chat" if answer.chat else "raw text",
        "temperature": params.temperature,
        "top_k": params.top_k,
        "top_p": params.top_p,
        "min_p": params.min_p,
        "seed": params.seed,
        "max_tokens": params.max_tokens,
    }


def _rows(said: Said) -> Iterator[dict[str, Any]]:
    for name, answer in said:
        yield from _samples(name, answer)


def _samples(name: str, answer: Answer) -> Iterator[dict[str, Any]]:
    for number, row in enumerate(answer.rows):
        verdict = row.verdict
        yield {
            "model": name,
            "prompt": answer.question,
            **_settings(answer),
            "sample": number,
            "state": answer.state,
            "reason": row.finished.reason if row.finished else None,
            "text": row.text,
            "verdict": verdict.outcome if verdict else None,
            "truth": verdict.truth if verdict else None,
            "exposures": verdict.exposures if verdict else None,
            "prompt_ids": [token.id for token in answer.prompt],
            "tokens": list(_tokens(row)),
        }


def _tokens(row: Row) -> Iterator[dict[str, Any]]:
    for token in row.tokens:
        yield {
            "id": token.id,
            "text": token.text,
            "forced": token.forced,
            "logprob": token.logprob,
            "rank": token.rank,
            "entropy": token.entropy,
            "alternatives": _alternatives(token),
        }


def _alternatives(token: Token) -> list[dict[str, Any]]:
    return [
        {"id": each.id, "text": each.text, "logprob": each.logprob} for each in token.alternatives
    ]
