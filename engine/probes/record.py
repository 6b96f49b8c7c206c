"""What came of one question: answers, their outcomes, and what the detectors say.

A record is a line of a probe's ``answers.jsonl``; the line is whole or it is not there.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

Outcome = Literal["correct", "wrong", "abstained"]
OUTCOMES: tuple[Outcome, ...] = ("correct", "wrong", "abstained")
Category = Literal["highly known", "maybe known", "weakly known", "unknown"]
"""SliCK (Gekhman et al., arXiv 2405.05904, section 3)."""
CATEGORIES: tuple[Category, ...] = ("highly known", "maybe known", "weakly known", "unknown")


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One answer of a model."""

    text: str
    outcome: Outcome
    value: str
    """What it says, in the judge's canonical form; "" when it says nothing. Answers of one value
    mean the same."""
    mean_logprob: float
    """Nats a token."""
    min_logprob: float
    """Of its least likely token."""
    n_tokens: int
    unreadable: bool = False
    """Whether the verdict of a model that judges could not be read; the answer counts as wrong."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """A question's answers and what follows from them."""

    id: str
    greedy: Answer
    """Asked as the question's text says."""
    contexts: tuple[Answer, ...]
    """Greedy again, in other wordings and after other examples."""
    samples: tuple[Answer, ...]
    """Drawn at the probe's temperature."""
    category: Category
    scores: dict[str, float]
    """Detector to its score: higher says "it knows". Such as ``agreement``, ``confidence``."""

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return dataclasses.asdict(self)

    @staticmethod
    def from_json(data: dict[str, Any]) -> Record:
        """Read what ``to_json`` wrote.

        Raises:
            KeyError, TypeError, AttributeError: it is something else.
        """
        return Record(
            **{
                **data,
                "greedy": Answer(**data["greedy"]),
                "contexts": tuple(Answer(**answer) for answer in data["contexts"]),
                "samples": tuple(Answer(**answer) for answer in data["samples"]),
            }
        )
