"""The contents of Compare: the prompt, and what each column says, token by token."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from tui.export.markdown import code, fenced, inline, sections, table
from tui.panes.pane import Contents

if TYPE_CHECKING:
    from tui.answers import Answer, Row, Token
    from tui.lane import Lane


def contents_of(lanes: Sequence[Lane]) -> Contents | None:
    """A row is a sample of a column's answer; None before anything was asked."""
    asked = [(lane, lane.stream.answer) for lane in lanes if lane.stream is not None]
    if not asked:
        return None
    prompts = list(dict.fromkeys(answer.question for _, answer in asked))
    blocks = ["## Prompt", *map(fenced, prompts)]
    for lane, answer in asked:
        blocks += _column(lane, answer)
    rows = [row for lane, answer in asked for row in _rows(lane, answer)]
    return Contents("One prompt, several models", sections(blocks), tuple(rows))


def _column(lane: Lane, answer: Answer) -> Iterator[str]:
    yield f"## {inline(lane.name)}"
    names = ("settings", "value")
    yield table(names, [(name, str(value)) for name, value in _settings(answer).items()])
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


def _rows(lane: Lane, answer: Answer) -> Iterator[dict[str, Any]]:
    for number, row in enumerate(answer.rows):
        verdict = row.verdict
        yield {
            "model": lane.name,
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
