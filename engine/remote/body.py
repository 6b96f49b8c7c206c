"""A request in OpenAI's words, and what is left out for a server that does not take all of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Literal

from engine.protocol import GenerateRequest
from engine.sampling_params import MAX_ALTERNATIVES

_FEWER_ALTERNATIVES = 5
"""What the oldest of these interfaces allows."""

_REFUSALS = (400, 404, 422, 500, 501)
"""Statuses with which servers answer a field they do not know; the right one is 400."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a server is asked for beyond text and sampling; learned from its refusals."""

    alternatives: int = MAX_ALTERNATIVES
    """The most that it gives beside each token; -1: not even the token's own probability."""
    several: bool = True
    """Whether it draws several samples at once."""
    counts: bool = True
    """Whether it counts tokens at the end of a stream."""
    limit: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"


def path_of(request: GenerateRequest) -> str:
    """Where it is sent."""
    return "/completions" if request.messages is None else "/chat/completions"


def body_of(request: GenerateRequest, terms: Terms, *, row: int | None = None) -> dict[str, Any]:
    """The JSON body.

    Sampling settings that are off are left out, as not every server knows them; one that is on is
    always sent: text drawn in another way than was asked for would be worse than a refusal.

    Args:
        request: what is wanted.
        terms: what the server takes.
        row: this one sample alone, with a seed of its own; None for all of them at once.
    """
    p = request.params
    body: dict[str, Any] = {"model": request.model, "stream": True, terms.limit: p.max_tokens}
    if request.messages is None:
        body["prompt"] = request.prompt
    else:
        body["messages"] = [{"role": m.role, "content": m.content} for m in request.messages]
    body |= {"temperature": p.temperature, "top_p": p.top_p}
    body |= {"top_k": p.top_k} if p.top_k else {}
    body |= {"min_p": p.min_p} if p.min_p else {}
    body |= {"repetition_penalty": p.repetition_penalty} if p.repetition_penalty != 1 else {}
    body |= {"stop": list(p.stop)} if p.stop else {}
    if p.seed is not None:
        body["seed"] = p.seed + (row or 0)
    if row is None and request.n > 1:
        body["n"] = request.n
    if terms.counts:
        body["stream_options"] = {"include_usage": True}
    return body | _probabilities(request, terms)


def _probabilities(request: GenerateRequest, terms: Terms) -> dict[str, Any]:
    wanted = min(request.params.n_alternatives, terms.alternatives)
    if wanted < 0:
        return {}
    if request.messages is None:
        return {"logprobs": wanted}
    return {"logprobs": True, "top_logprobs": wanted}


def lowered(terms: Terms, status: int, said: str) -> Terms | None:
    """The terms to try after a refusal; None where nothing that could be left out is to blame.

    Args:
        terms: those that were refused.
        status: of the response.
        said: what it says.
    """
    if status not in _REFUSALS:
        return None
    if "max_completion_tokens" in said and terms.limit == "max_tokens":
        return replace(terms, limit="max_completion_tokens")
    if "logprobs" in said and terms.alternatives >= 0:
        return _fewer(terms)
    if re.search(r"stream_options|include_usage", said) and terms.counts:
        return replace(terms, counts=False)
    if re.search(r"(^|\W)n(\W|$)", said) and terms.several:
        return replace(terms, several=False)
    if status == 404 or (terms.alternatives < 0 and not terms.counts):
        return None
    # It does not say what it minds: leave all out that text can be had without.
    return replace(terms, alternatives=-1, counts=False)


def _fewer(terms: Terms) -> Terms:
    fewer = _FEWER_ALTERNATIVES if terms.alternatives > _FEWER_ALTERNATIVES else -1
    return replace(terms, alternatives=fewer)
