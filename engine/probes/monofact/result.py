"""What came of one web."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any

from engine.probes.monofact.estimates import (
    Bin,
    CountShare,
    GoodTuring,
    miscalibration,
    sampling_term,
    sparsity_term,
)


@dataclass(frozen=True, slots=True)
class Example:
    """A page of the model's, whether it is true, and how many training pages state the same."""

    text: str
    true: bool
    n_pages: int


@dataclass(frozen=True, kw_only=True, slots=True)
class WebResult:
    """Counts and estimates of one web and its model; the rest follows from them."""

    law: str
    n_pages: int
    n_facts: int
    """True facts, on a page or not."""
    n_candidates: int
    """All that could be claimed, true or not."""
    n_distinct: int
    """Facts that stand on a page."""
    n_once: int
    missing_mass: float
    """p(U): the true chance that the next page states something new."""
    steps: int
    """After which the model was at its best, by its loss on pages drawn afresh."""
    n_params: int
    heldout_loss: float
    """Nats a token, there."""
    n_written: int
    n_stated: int
    """Pages of the model's that could be read."""
    n_invented: int
    """Of those, how many state something false."""
    n_contradicting: int
    """Of those, how many about what a training page says otherwise; the others are about what no
    page tells."""
    bins: tuple[Bin, ...]
    counts: tuple[CountShare, ...]
    examples: tuple[Example, ...]

    @property
    def monofact_rate(self) -> float:
        """MF."""
        return self._seen.rate

    @property
    def once_of_distinct(self) -> float:
        """Facts on one page only, of all facts that stand on pages."""
        return self._seen.share_of_distinct

    @property
    def _seen(self) -> GoodTuring:
        return GoodTuring(n=self.n_pages, distinct=self.n_distinct, once=self.n_once)

    @property
    def invented_rate(self) -> float:
        """g(H): invented facts, of all that are stated."""
        return self.n_invented / self.n_stated

    @property
    def margin(self) -> float:
        """Half the width of the 95 % interval of ``invented_rate`` (Wald)."""
        rate = self.invented_rate
        return 1.96 * math.sqrt(rate * (1 - rate) / self.n_stated)

    @property
    def miscalibration(self) -> float:
        """Mis(g, p)."""
        return miscalibration(self.bins)

    @property
    def small_terms(self) -> float:
        """What the theorem takes off beside miscalibration."""
        return sparsity_term(self.n_facts, self.n_candidates) + sampling_term(self.n_pages)

    @property
    def bound(self) -> float:
        """The least rate of inventions that the theorem allows; below 0 it says nothing."""
        return self.monofact_rate - self.miscalibration - self.small_terms

    def to_json(self) -> dict[str, Any]:
        """As JSON values, what follows from the counts among them."""
        names = ("monofact_rate", "once_of_distinct", "invented_rate", "margin", "miscalibration",
                 "small_terms", "bound")  # fmt: skip
        return {**dataclasses.asdict(self), **{name: getattr(self, name) for name in names}}

    @staticmethod
    def from_json(data: dict[str, Any]) -> WebResult:
        """Read what ``to_json`` wrote.

        Raises:
            KeyError, TypeError: it is something else.
        """
        known = {field.name: data[field.name] for field in dataclasses.fields(WebResult)}
        return WebResult(
            **{
                **known,
                "bins": tuple(Bin(**item) for item in data["bins"]),
                "counts": tuple(CountShare(**item) for item in data["counts"]),
                "examples": tuple(Example(**item) for item in data["examples"]),
            }
        )
