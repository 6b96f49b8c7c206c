"""Requests to a generator of a tiny random model, and what its rows come to."""

from __future__ import annotations

from collections import defaultdict

import tiny_models
import torch
from tiny_models import LETTERS

from engine.events import TokenEvent
from engine.generate import Generator
from engine.model import Transformer
from engine.request import Request
from engine.sampling_params import SamplingParams

MODEL = tiny_models.model()


def prompt(n: int, seed: int = 0) -> tuple[int, ...]:
    return tuple(tiny_models.ids(n, seed=seed).tolist())


def ask(ids: tuple[int, ...], *, max_tokens: int = 8, **fields: object) -> Request:
    params = fields.pop("params", SamplingParams(temperature=0, max_tokens=max_tokens))
    return Request(prompt_ids=ids, params=params, **fields)  # type: ignore[arg-type]


def alone(request: Request) -> list[tuple[int, ...]]:
    return [row.ids for row in Generator(MODEL, LETTERS).generate_all([request])[0]]


def drive(engine: Generator, steps: int = 10_000) -> dict[tuple[int, int], list[TokenEvent]]:
    events = defaultdict(list)
    while engine.busy and steps:
        steps -= 1
        for event in engine.step():
            events[event.request, event.row].append(event)
    return events


def drawn(events: list[TokenEvent]) -> tuple[int, ...]:
    return tuple(event.id for event in events if event.span in ("text", "call") and event.id >= 0)


@torch.inference_mode()
def greedy_reference(model: Transformer, ids: tuple[int, ...], n: int) -> list[int]:
    """The whole text read anew for every token."""
    out = list(ids)
    for _ in range(n):
        out.append(int(model.unembed(model(torch.tensor([out])))[0, -1].argmax()))
    return out[len(ids) :]


def assert_no_leak(engine: Generator) -> None:
    """Every block is free, or held by nothing but texts kept for reuse."""
    admission = engine._admission
    assert not admission.rows
    assert not admission.n_waiting
    for text in list(admission._prefixes._kept):
        admission._prefixes._drop(text)
    assert engine._cache.n_free == engine._cache.n_blocks
