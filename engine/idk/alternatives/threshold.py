"""Refusing without training: whatever the model is less sure of than a threshold.

How sure it is, its greedy answer tells: ``engine.probes.agreement.confidence``.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence

from engine.probes.agreement import confidence
from engine.probes.record import Record


def best_threshold(records: Sequence[Record]) -> float:
    """The confidence that best parts right answers from wrong ones.

    It has the largest Youden's J, the share of right answers kept minus the share of wrong ones
    kept (Youden 1950), and lies half-way between the answers on its two sides. Of equals the lowest
    counts, which refuses least. Refusals of the model's own are neither; 0 where nothing is wrong
    or nothing right, which keeps all.
    """
    attempts = sorted(
        (confidence(record.greedy), record.greedy.outcome == "correct")
        for record in records
        if record.greedy.outcome != "abstained"
    )
    n_right = sum(right for _, right in attempts)
    n_wrong = len(attempts) - n_right
    if not n_right or not n_wrong:
        return 0.0
    best, threshold = 0.0, 0.0
    right_refused = wrong_refused = 0
    for (score, right), (above, _) in itertools.pairwise(attempts):
        right_refused += right
        wrong_refused += not right
        youden = wrong_refused / n_wrong - right_refused / n_right
        if score < above and youden > best:
            best, threshold = youden, (score + above) / 2
    return threshold


def refusing_below(records: Sequence[Record], threshold: float) -> list[Record]:
    """The same answers, those of less confidence counted as refusals."""
    return [
        record
        if confidence(record.greedy) >= threshold
        else dataclasses.replace(
            record, greedy=dataclasses.replace(record.greedy, outcome="abstained")
        )
        for record in records
    ]
