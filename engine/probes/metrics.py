"""How well a detector tells what a model knows: order, calibration, and what abstaining would buy.

A detector gives each answer a score, higher where the model knows. ``positives`` are the scores of
right answers, ``negatives`` those of wrong ones; ``scores`` and ``right`` are the same in one list.
Equal scores are never told apart by the order they happen to stand in. No torch.

Sources: Hanley & McNeil 1982 (AUROC as the Mann-Whitney statistic); Guo et al., arXiv 1706.04599,
section 2 (reliability, ECE); Geifman & El-Yaniv, arXiv 1705.08500, section 2 (risk and coverage);
Platt 1999 with the targets and Newton's method of Lin, Lin & Weng 2007.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

_NEWTON_STEPS = 100
_SMALLEST_STEP = 1e-6
_RIDGE = 1e-12
"""Keeps a Newton step finite where all scores are the same."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers whose scores lie from ``low`` to below ``high`` (the last bin holds 1 as well)."""

    low: float
    high: float
    n: int
    mean_score: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class Platt:
    """A score to a probability: ``sigmoid(slope * score + intercept)``."""

    slope: float
    intercept: float

    def apply(self, score: float) -> float:
        """The probability, 0 to 1, that an answer of this score is right."""
        return _sigmoid(self.slope * score + self.intercept)


def auroc(positives: Sequence[float], negatives: Sequence[float]) -> float | None:
    """How often a right answer scores above a wrong one, a tie counted half; None without both.

    Raises:
        ValueError: a score is not a number.
    """
    if not positives or not negatives:
        return None
    below, wins = 0, 0.0
    for n_positive, n_negative in reversed(list(_ties(positives, negatives))):
        wins += n_positive * (below + n_negative / 2)
        below += n_negative
    return wins / (len(positives) * len(negatives))


def roc(positives: Sequence[float], negatives: Sequence[float]) -> list[tuple[float, float]]:
    """The curve from (0, 0) to (1, 1): false and true positive rate at every threshold.

    Empty without positives or negatives. The area under it is ``auroc``.

    Raises:
        ValueError: a score is not a number.
    """
    if not positives or not negatives:
        return []
    points, hits, alarms = [(0.0, 0.0)], 0, 0
    for n_positive, n_negative in _ties(positives, negatives):
        hits, alarms = hits + n_positive, alarms + n_negative
        points.append((alarms / len(negatives), hits / len(positives)))
    return points


def reliability(scores: Sequence[float], right: Sequence[bool], bins: int = 10) -> list[Bin]:
    """Mean score beside the share that is right, in bins of equal width; empty ones are left out.

    Raises:
        ValueError: a score is no probability, or there is no bin.
    """
    if bins < 1:
        raise ValueError(f"{bins} bins")
    members: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for score, is_right in zip(scores, right, strict=True):
        if not 0.0 <= score <= 1.0:
            raise ValueError(f"the score {score} is no probability")
        members[min(int(score * bins), bins - 1)].append((score, is_right))
    return [
        Bin(
            low=index / bins,
            high=(index + 1) / bins,
            n=len(inside),
            mean_score=math.fsum(score for score, _ in inside) / len(inside),
            accuracy=sum(is_right for _, is_right in inside) / len(inside),
        )
        for index, inside in enumerate(members)
        if inside
    ]


def ece(scores: Sequence[float], right: Sequence[bool], bins: int = 10) -> float | None:
    """Expected calibration error: the mean distance of score and accuracy over ``reliability``.

    None without any answer.

    Raises:
        ValueError: a score is no probability, or there is no bin.
    """
    found = reliability(scores, right, bins)
    if not found:
        return None
    return math.fsum(b.n * abs(b.mean_score - b.accuracy) for b in found) / len(scores)


def risk_coverage(scores: Sequence[float], right: Sequence[bool]) -> list[tuple[float, float]]:
    """If only the best scored answers were given: the share given, and the share wrong of those.

    A point for every distinct score, from the most cautious threshold on; the last one has
    coverage 1. Empty without answers.

    Raises:
        ValueError: a score is not a number.
    """
    points, given, wrong = [], 0, 0
    positives = [score for score, is_right in zip(scores, right, strict=True) if is_right]
    negatives = [score for score, is_right in zip(scores, right, strict=True) if not is_right]
    for n_right, n_wrong in _ties(positives, negatives):
        given, wrong = given + n_right + n_wrong, wrong + n_wrong
        points.append((given / len(scores), wrong / given))
    return points


def fit_platt(scores: Sequence[float], right: Sequence[bool]) -> Platt:
    """Fit ``Platt`` by maximum likelihood, on answers that are used for nothing else.

    Its targets are not 0 and 1 but (1 / (wrong + 2)) and (right + 1) / (right + 2): so few answers,
    or answers that the score separates, do not make it certain.

    Raises:
        ValueError: a score is not finite.
    """
    for score in scores:
        if not math.isfinite(score):
            raise ValueError(f"the score {score} cannot be fitted to")
    n_right = sum(1 for _, is_right in zip(scores, right, strict=True) if is_right)
    high, low = (n_right + 1) / (n_right + 2), 1 / (len(scores) - n_right + 2)
    targets = [high if is_right else low for is_right in right]
    # Centred and scaled, so that slope and intercept are of one size whatever the score's unit.
    centre = math.fsum(scores) / len(scores) if scores else 0.0
    spread = max((abs(score - centre) for score in scores), default=0.0) or 1.0
    xs = [(score - centre) / spread for score in scores]
    slope, intercept = _newton(xs, targets)
    return Platt(slope / spread, intercept - slope * centre / spread)


def _ties(positives: Sequence[float], negatives: Sequence[float]) -> Iterator[tuple[int, int]]:
    """How many positives and negatives have each score, from the highest score down."""
    marked = [(score, True) for score in positives] + [(score, False) for score in negatives]
    if any(math.isnan(score) for score, _ in marked):
        raise ValueError("a score is not a number")
    marked.sort(key=lambda pair: -pair[0])
    for _, tied in groupby(marked, key=lambda pair: pair[0]):
        kinds = [is_positive for _, is_positive in tied]
        yield sum(kinds), len(kinds) - sum(kinds)


def _newton(xs: Sequence[float], targets: Sequence[float]) -> tuple[float, float]:
    """Slope and intercept of least cross-entropy; a step that does not lower it is halved."""
    slope = intercept = 0.0
    loss = _cross_entropy(xs, targets, slope, intercept)
    for _ in range(_NEWTON_STEPS):
        ps = [_sigmoid(slope * x + intercept) for x in xs]
        errors = [p - t for p, t in zip(ps, targets, strict=True)]
        by_slope = math.fsum(e * x for e, x in zip(errors, xs, strict=True))
        by_intercept = math.fsum(errors)
        curves = [p * (1 - p) for p in ps]
        twice_slope = math.fsum(c * x * x for c, x in zip(curves, xs, strict=True)) + _RIDGE
        mixed = math.fsum(c * x for c, x in zip(curves, xs, strict=True))
        twice_intercept = math.fsum(curves) + _RIDGE
        determinant = twice_slope * twice_intercept - mixed * mixed
        step_slope = (twice_intercept * by_slope - mixed * by_intercept) / determinant
        step_intercept = (twice_slope * by_intercept - mixed * by_slope) / determinant
        size = 1.0
        while size > _SMALLEST_STEP:
            new = slope - size * step_slope, intercept - size * step_intercept
            new_loss = _cross_entropy(xs, targets, *new)
            if new_loss < loss:
                break
            size /= 2
        else:
            break
        (slope, intercept), loss = new, new_loss
    return slope, intercept


def _cross_entropy(
    xs: Sequence[float], targets: Sequence[float], slope: float, intercept: float
) -> float:
    zs = (slope * x + intercept for x in xs)
    return math.fsum(
        max(z, 0.0) + math.log1p(math.exp(-abs(z))) - t * z
        for z, t in zip(zs, targets, strict=True)
    )


def _sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))
