"""The table: a row for each preset, a mean over its seeds in each column. No torch."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Any

PARENT = "parent"
"""The row of what all runs began from."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """One run, or the parent, as it was measured."""

    preset: str
    """Or ``PARENT``."""
    seed: int | None
    """None: of the parent, which is the same for all."""
    checkpoint: str
    sha256: str
    """Of the weights that were measured."""
    steps: int
    rollouts: int
    """Attempts drawn in training, those of replaced groups included."""
    seconds: float | None
    """Of training, rollouts and checks on held-out problems included; None: unknown."""
    figures: dict[str, Any]
    """Of ``engine.evals.verified`` on held-out problems, and ``kl``."""

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return dataclasses.asdict(self)

    def value(self, name: str) -> float | None:
        """A figure of one of ``COLUMNS``."""
        value = getattr(self, name) if name in _OWN else self.figures[name]
        return None if value is None else float(value)


_OWN = ("steps", "rollouts", "seconds")
COLUMNS = {
    "pass_at_1": "pass@1",
    "pass_at_k": "pass@{k}",
    "mean_length": "mean length",
    "kl": "KL",
    "steps": "steps",
    "rollouts": "rollouts",
    "seconds": "seconds",
}
"""Figures of a row and their heads."""
_WITH_SD = ("pass_at_1", "pass_at_k", "mean_length")
_WITH_RANGE = ("pass_at_1",)
_DIGITS = {"mean_length": 1, "kl": 4, "steps": 0, "rollouts": 0, "seconds": 0}
_SHARE_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure over the seeds."""

    mean: float
    sd: float | None
    """Of the sample (n - 1 below the line); None: of one seed there is none."""
    least: float
    most: float

    @staticmethod
    def of(values: Sequence[float]) -> Spread:
        """Of at least one value."""
        sd = stdev(values) if len(values) > 1 else None
        return Spread(fmean(values), sd, min(values), max(values))


@dataclass(frozen=True, slots=True)
class Row:
    """A preset, or the parent."""

    preset: str
    seeds: tuple[int, ...]
    figures: dict[str, Spread | None]
    """Of each of ``COLUMNS``; None where a run does not say."""

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return dataclasses.asdict(self)

    @property
    def cells(self) -> list[str]:
        """Its seeds and figures as the table shows them."""
        n_seeds = str(len(self.seeds)) if self.seeds else "-"
        return [n_seeds, *(_shown(name, self.figures[name]) for name in COLUMNS)]


def rows_of(measured: Iterable[Measured]) -> list[Row]:
    """A row a preset, in the order in which they first come."""
    by_preset: dict[str, list[Measured]] = {}
    for one in measured:
        by_preset.setdefault(one.preset, []).append(one)
    return [
        Row(
            preset,
            tuple(one.seed for one in those if one.seed is not None),
            {name: _spread([one.value(name) for one in those]) for name in COLUMNS},
        )
        for preset, those in by_preset.items()
    ]


def heads(measured: Sequence[Measured]) -> list[str]:
    """Of all columns behind the first; the k of pass@k is that of the evaluation."""
    k = measured[0].figures["k"]
    return ["seeds", *(head.format(k=k) for head in COLUMNS.values())]


def _spread(values: Sequence[float | None]) -> Spread | None:
    known = [value for value in values if value is not None]
    return Spread.of(known) if len(known) == len(values) else None


def _shown(name: str, spread: Spread | None) -> str:
    """``0.612 ± 0.012 (0.600..0.630)``."""
    if spread is None:
        return "-"

    def rounded(value: float) -> str:
        return f"{value:.{_DIGITS.get(name, _SHARE_DIGITS)}f}"

    shown = rounded(spread.mean)
    if name in _WITH_SD and spread.sd is not None:
        shown += f" ± {rounded(spread.sd)}"
        if name in _WITH_RANGE:
            shown += f" ({rounded(spread.least)}..{rounded(spread.most)})"
    return shown
