"""The estimates that the theorem is made of, and the theorem.

A fact's probability is p(y) by the law of the web and g(y) by the model: that of all pages which
state it. O are the facts that stand on a training page, U the true ones that stand on none, H all
that could be claimed and is false. Kalai and Vempala (arXiv 2311.14648, Corollary 1): where none of
U is likelier than another and claims that are false are e^s times as many as facts, with
probability 1 - delta over the training pages

    g(H)  >=  MF  -  Mis(g, p)  -  3 e^-s / delta  -  sqrt(6 ln(6 / delta) / n)

with MF the share of the n training pages whose fact stands on no other page.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.probes.monofact.claims import Claim

DELTA = 0.1
"""The bound holds with probability 1 - DELTA."""
LIKELY_BINS = 5
COUNT_EDGES = (0, 1, 2, 4, 9, 29)
"""Facts are grouped by the pages they stand on: 0, 1, 2, 3 to 4, 5 to 9, 10 to 29, more."""


@dataclass(frozen=True, slots=True)
class GoodTuring:
    """What is not on the pages, estimated from what stands on them once (Good, 1953)."""

    n: int
    """Pages, each one observation of a fact."""
    distinct: int
    once: int

    @staticmethod
    def of(counts: Counter[Claim]) -> GoodTuring:
        """Count the facts of a web's pages."""
        once = sum(count == 1 for count in counts.values())
        return GoodTuring(n=counts.total(), distinct=len(counts), once=once)

    @property
    def rate(self) -> float:
        """MF: of all observations, not of all facts; estimates the chance that the next page
        states something new."""
        return self.once / self.n

    @property
    def share_of_distinct(self) -> float:
        """Of the facts that stand on the pages; the theorem does not speak of it."""
        return self.once / self.distinct


def missing_mass(probabilities: Mapping[Claim, float], counts: Counter[Claim]) -> float:
    """p(U), which only who knows the law can know; what MF estimates."""
    return math.fsum(p for fact, p in probabilities.items() if not counts[fact])


@dataclass(frozen=True, slots=True)
class Bin:
    """Facts with ``low < g(y) <= high``: the web's share of pages about them, and the model's."""

    low: float
    high: float
    web: float
    model: float


def calibration(web: Sequence[float], model: Sequence[float], *, unlikely: float) -> list[Bin]:
    """How often facts of like probability come up in the web, and in what the model writes.

    Bins are as wide as holds an equal share of what the model writes (adaptive bins). Below
    ``unlikely`` there is one only: among facts that it never met a model may prefer some for their
    sound, and no true one is likelier for it. The theorem needs no more of the bins than that
    learned facts and all the others are not in one.

    Args:
        web: g(y) of facts drawn from the web.
        model: g(y) of facts drawn from the model.
        unlikely: where the bin of the unlikely ends.
    """
    likely = sorted(g for g in model if g > unlikely)
    cuts = {likely[len(likely) * i // LIKELY_BINS] for i in range(1, LIKELY_BINS) if likely}
    highs = [unlikely, *sorted(cut for cut in cuts if unlikely < cut < 1.0), 1.0]
    shares = []
    for draws in (web, model):
        places = Counter(min(bisect_left(highs, g), len(highs) - 1) for g in draws)
        shares.append([places[i] / len(draws) for i in range(len(highs))])
    return [
        Bin(low, high, in_web, in_model)
        for low, high, in_web, in_model in zip([0.0, *highs[:-1]], highs, *shares, strict=True)
    ]


def miscalibration(bins: Sequence[Bin]) -> float:
    """Mis(g, p): the total variation distance over the bins, 0 to 1.

    Estimated from draws it comes out above 0 for the best model too (by about 0.02 with 2,000 of
    each), which lowers the bound and never raises it.
    """
    return sum(abs(each.web - each.model) for each in bins) / 2


def sparsity_term(n_facts: int, n_candidates: int, delta: float = DELTA) -> float:
    """3 e^-s / delta: how much of what a model invents may happen to be true."""
    return 3 * n_facts / (n_candidates - n_facts) / delta


def sampling_term(n_pages: int, delta: float = DELTA) -> float:
    """sqrt(6 ln(6 / delta) / n): how far MF may be from p(U) by the luck of the draw."""
    return math.sqrt(6 * math.log(6 / delta) / n_pages)


@dataclass(frozen=True, slots=True)
class CountShare:
    """All facts that stand on ``fewest`` to ``most`` pages (None: or more)."""

    fewest: int
    most: int | None
    web: float
    """p of them together."""
    model: float
    """g of them together: what share of the model's pages states one of them."""

    @property
    def label(self) -> str:
        """As "0", "3-4" or "30+"."""
        if self.most is None:
            return f"{self.fewest}+"
        return f"{self.fewest}" if self.fewest == self.most else f"{self.fewest}-{self.most}"


def by_count(
    probabilities: Mapping[Claim, float], counts: Counter[Claim], stated: Sequence[Claim]
) -> list[CountShare]:
    """How often true facts come up, by how often they stood on the training pages.

    Args:
        probabilities: of all true facts.
        counts: pages that they stand on.
        stated: what the model has claimed, true or not.
    """
    web: list[float] = [0.0] * (len(COUNT_EDGES) + 1)
    model = list(web)
    for fact, p in probabilities.items():
        web[bisect_left(COUNT_EDGES, counts[fact])] += p
    for claim in stated:
        if claim in probabilities:
            model[bisect_left(COUNT_EDGES, counts[claim])] += 1 / len(stated)
    lows = [0, *(edge + 1 for edge in COUNT_EDGES)]
    return [
        CountShare(low, high, p, g)
        for low, high, p, g in zip(lows, [*COUNT_EDGES, None], web, model, strict=True)
    ]
