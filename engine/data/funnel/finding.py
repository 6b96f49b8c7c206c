"""What a rule says about a page: a number measured, or the reason to drop it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from engine.data.funnel.rules import BY_NAME


class Finding(NamedTuple):
    """A broken rule."""

    rule: str
    """``Rule.name``."""
    value: float | str
    """The number beyond the threshold, or the forbidden string."""
    evidence: str
    """The offending part, of any length."""


class Measure(NamedTuple):
    """A number to be held against a rule's threshold."""

    rule: str
    value: float
    evidence: Callable[[], str]
    """Finds the offending part; called for broken rules only."""


def first_broken(measures: Iterable[Measure], thresholds: Mapping[str, float]) -> Finding | None:
    """The first of ``measures`` beyond its threshold; those after it are never taken."""
    for rule, value, evidence in measures:
        if BY_NAME[rule].broken_by(value, thresholds[rule]):
            return Finding(rule, value, evidence())
    return None
