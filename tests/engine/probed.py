"""A checkpoint on disk that was never trained, what it says, and records as a test wants them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import scripted_model
import tiny_models
from scripted_model import IDS, TOKENIZER

from engine import runs, special
from engine.checkpoint import save_checkpoint
from engine.model import Transformer
from engine.probes.question import Question
from engine.probes.record import Answer, Category, Outcome, Record


def checkpoint(
    folder: Path, *, stage: str = "sft", seed: int = 0, model: Transformer | None = None
) -> Path:
    """A whole checkpoint of the pico world: of ``model``, or with random weights from ``seed``."""
    if model is None:
        shape = tiny_models.config(vocab_size=TOKENIZER.n_vocab, max_seq_len=256)
        model = tiny_models.model(shape, seed)
    about = {
        "stage": stage, "preset": "pico", "parent": None, "created": "2026-11-22T00:00:00Z",
        "step": 1, "tokens": 1, "seed": 1, "tools": [], "metrics": {},
        "recipe": runs.recipe("sft", "pico").to_json(),
    }  # fmt: skip
    save_checkpoint(folder, model, TOKENIZER, about)
    return folder


def saying(monkeypatch: pytest.MonkeyPatch, answer: Callable[[str], str]) -> None:
    """Let all models answer a chat's last question with what ``answer`` makes of its text."""
    user, end = IDS[special.USER_START], IDS[special.USER_END]

    def next_id(ids: Sequence[int]) -> int:
        begin = len(ids) - list(ids)[::-1].index(user)
        asked = TOKENIZER.decode(list(ids[begin : list(ids).index(end, begin)])).strip()
        return scripted_model.in_turn(TOKENIZER.encode(" " + answer(asked)))(ids)

    scripted_model.follow(monkeypatch, next_id)


def question(number: int = 1, **changes: object) -> Question:
    fields: dict[str, object] = {
        "id": f"q{number}", "text": f"What is {number}?", "answer": f"thing{number}",
    }  # fmt: skip
    return Question(**{**fields, **changes})  # type: ignore[arg-type]


def answer(outcome: Outcome = "correct", value: str = "", text: str = "an answer") -> Answer:
    return Answer(
        text=text, outcome=outcome, value=value, mean_logprob=-0.1, min_logprob=-0.5, n_tokens=3
    )


def record(
    question_id: str,
    outcome: Outcome = "correct",
    *,
    category: Category = "unknown",
    samples: Sequence[Answer] = (),
    text: str = "an answer",
    **scores: float,
) -> Record:
    return Record(
        id=question_id,
        greedy=answer(outcome, text=text),
        contexts=(),
        samples=tuple(samples),
        category=category,
        scores=scores,
    )
