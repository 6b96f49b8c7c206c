"""What the helper process ``whatif`` answers: a sample of pages under other thresholds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

N_BINS = 32
"""Of a ``Spread``."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fallen:
    """Pages of the sample that fell to a rule, with the published thresholds and now."""

    rule: str
    before: int
    now: int
    junk_before: int
    junk_now: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """What is left of the sample."""

    kept: int
    clean_kept: int
    junk_kept: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Crossing:
    """A page that stays now and fell before, or the other way round."""

    id: str
    url: str
    label: str | None
    was: str
    """The rule that it fell to with the published thresholds; empty if it stayed."""
    now: str
    value: str
    """What that rule measured, whichever of the two it is."""
    threshold: float | None
    evidence: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """The sample under some thresholds, beside the published ones."""

    thresholds: Mapping[str, float]
    """Those that are not the published ones."""
    pages: int
    clean: int
    """Pages whose label says so, and so with ``junk``; both 0 where there are no labels."""
    junk: int
    before: Tally
    now: Tally
    fallen: Sequence[Fallen]
    n_changed: int
    changed: Sequence[Crossing]

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Outcome:
        """What ``dataclasses.asdict`` made.

        Raises:
            KeyError, TypeError: it is something else.
        """
        return cls(
            **{
                **data,
                "before": Tally(**data["before"]),
                "now": Tally(**data["now"]),
                "fallen": tuple(Fallen(**each) for each in data["fallen"]),
                "changed": tuple(Crossing(**each) for each in data["changed"]),
            }
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Spread:
    """How the values of a rule lie in the sample: counts in equal bins from ``low`` to ``high``.

    Values beyond stand in the outermost bins.
    """

    rule: str
    low: float
    high: float
    clean: Sequence[int]
    """Pages that should stay, or all pages where there are no labels."""
    junk: Sequence[int]
