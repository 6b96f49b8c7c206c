"""How well each detector tells right answers from wrong ones. Imports no torch.

Only attempts count: a refusal says nothing that could be right or wrong. So of a model that refuses
what it does not know, these figures are about the rest, which is harder to tell apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, TypeVar

from engine.probes.metrics import Platt, auroc, ece, fit_platt, reliability, risk_coverage, roc

Attempt = tuple[Mapping[str, float], bool]
"""An answer's scores by detector, and whether it is right."""
NO_PROBABILITIES = ("agreement", "semantic_entropy", "confidence")
"""Scores that are made into probabilities here. ``engine.probes.detectors`` does so itself."""
MOST_POINTS = 200
"""Of a curve: more cannot be seen, and 10,000 would make a file of megabytes."""
T = TypeVar("T")


def detector_figures(
    attempts: Sequence[Attempt], development: Sequence[Attempt]
) -> dict[str, dict[str, Any]]:
    """Figures by detector, in the order in which the scores first name them.

    ``n`` attempts had a score. ``auroc`` is over the scores as they are. ``reliability`` (bins
    ``{low, high, n, mean_score, accuracy}``) and ``ece`` are over probabilities: those of
    ``NO_PROBABILITIES`` by Platt scaling on development answers, where some of those are right and
    some wrong (``calibrated`` says so), else over the scores as they are, as ``ece_raw`` always is.
    ``roc`` is (false alarms, hits), ``risk_coverage`` (share answered, share wrong of it).

    Args:
        attempts: the probe's.
        development: of the same checkpoint on other questions.
    """
    calibrated = len({right for _, right in development}) == 2
    names = dict.fromkeys(name for scores, _ in attempts for name in scores)
    return {
        name: _figures(
            *_of(name, attempts),
            fit_platt(*_of(name, development)) if calibrated and name in NO_PROBABILITIES else None,
            calibrated=calibrated,
        )
        for name in names
    }


def _of(name: str, attempts: Sequence[Attempt]) -> tuple[list[float], list[bool]]:
    scored = [(scores[name], right) for scores, right in attempts if name in scores]
    return [score for score, _ in scored], [right for _, right in scored]


def _figures(
    scores: list[float], right: list[bool], platt: Platt | None, *, calibrated: bool
) -> dict[str, Any]:
    positives = [score for score, is_right in zip(scores, right, strict=True) if is_right]
    negatives = [score for score, is_right in zip(scores, right, strict=True) if not is_right]
    raw = scores if all(0.0 <= score <= 1.0 for score in scores) else None
    chances = raw if platt is None else [platt.apply(score) for score in scores]
    return {
        "n": len(scores),
        "auroc": auroc(positives, negatives),
        "calibrated": calibrated,
        "ece": None if chances is None else ece(chances, right),
        "ece_raw": None if raw is None else ece(raw, right),
        "reliability": []
        if chances is None
        else [asdict(each) for each in reliability(chances, right)],
        "risk_coverage": _thinned(risk_coverage(scores, right)),
        "roc": _thinned(roc(positives, negatives)),
    }


def _thinned(points: Sequence[T]) -> list[T]:
    """At most ``MOST_POINTS``, evenly spaced, the first and the last among them."""
    if len(points) <= MOST_POINTS:
        return list(points)
    step = (len(points) - 1) / (MOST_POINTS - 1)
    return [points[round(i * step)] for i in range(MOST_POINTS)]
