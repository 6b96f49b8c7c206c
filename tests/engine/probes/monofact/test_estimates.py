from __future__ import annotations

import math
import random
from collections import Counter

import pytest

from engine.probes.monofact.claims import Claim
from engine.probes.monofact.estimates import (
    Bin,
    GoodTuring,
    by_count,
    calibration,
    miscalibration,
    missing_mass,
    sampling_term,
    sparsity_term,
)

A, B, C, D = (Claim(name, "hobby", "playing chess") for name in ("A A", "B B", "C C", "D D"))


def test_good_and_turing_counted_by_hand() -> None:
    seen = GoodTuring.of(Counter({A: 3, B: 1, C: 1}))
    assert (seen.n, seen.distinct, seen.once) == (5, 3, 2)
    assert seen.rate == 2 / 5
    assert seen.share_of_distinct == 2 / 3


def test_missing_mass_counted_by_hand() -> None:
    probabilities = {A: 0.5, B: 0.25, C: 0.15, D: 0.1}
    assert missing_mass(probabilities, Counter({A: 3, C: 1})) == pytest.approx(0.35)


def test_equal_draws_are_calibrated() -> None:
    draws = [random.Random(1).random() for _ in range(500)]
    assert miscalibration(calibration(draws, draws, unlikely=0.01)) == 0


def test_bins_counted_by_hand() -> None:
    model = [0.001, 0.2, 0.2, 0.3, 0.4]
    web = [0.001, 0.001, 0.001, 0.2, 0.9]
    bins = calibration(web, model, unlikely=0.01)
    assert bins[0] == Bin(0.0, 0.01, 3 / 5, 1 / 5)
    assert bins[-1].high == 1
    assert sum(each.web for each in bins) == pytest.approx(1)
    assert sum(each.model for each in bins) == pytest.approx(1)
    # 0.2 is one value and so in one bin, however many share it.
    assert [(each.web, each.model) for each in bins if each.low < 0.2 <= each.high] == [(0.2, 0.4)]


@pytest.mark.parametrize("model", [[1e-9] * 10, [0.5] * 10, [1.0] * 10, [0.0, 1.0]])
def test_one_sided_models_have_bins_too(model: list[float]) -> None:
    bins = calibration([1e-9, 0.5, 1.0], model, unlikely=1e-5)
    assert sum(each.web for each in bins) == pytest.approx(1)
    assert sum(each.model for each in bins) == pytest.approx(1)
    assert all(each.low < each.high for each in bins)


def test_small_terms_are_those_of_the_corollary() -> None:
    assert sparsity_term(1_000, 1_001_000, delta=0.1) == pytest.approx(3 * 1e-3 / 0.1)
    assert sampling_term(6_000, delta=0.1) == pytest.approx(math.sqrt(math.log(60) / 1_000))


def test_shares_by_count_by_hand() -> None:
    probabilities = {A: 0.5, B: 0.3, C: 0.1, D: 0.1}
    invented = Claim("E E", "hobby", "playing chess")
    shares = by_count(probabilities, Counter({A: 12, B: 3, C: 1}), [A, A, C, invented])
    found = {share.label: (share.web, share.model) for share in shares if share.web}
    assert found == {"0": (0.1, 0), "1": (0.1, 0.25), "3-4": (0.3, 0), "10-29": (0.5, 0.5)}
    assert shares[-1].label == "30+"


class TestModelsThatAreKnownThroughAndThrough:
    """The bound on models whose probabilities can be written down.

    Half of the pages are about 50 common facts, half about so many rare ones that few come twice.
    """

    N_COMMON, N_RARE, N_PAGES, FALSE = 50, 20_000, 8_000, 10**7

    def rates(self, *, by_heart: float, made_up: float | None = None) -> tuple[float, float, float]:
        """(invented, MF, bound) of a model that claims anything, evenly, with the probability
        ``made_up`` (None: that of the missing mass), and else one of the facts on its pages: with
        the probability ``by_heart`` as often as the pages do, otherwise as often as the web does.
        """
        rng = random.Random(1)

        def page() -> int:
            common = rng.random() < 0.5
            return rng.randrange(self.N_COMMON) if common else -rng.randrange(self.N_RARE)

        pages = Counter(page() for _ in range(self.N_PAGES))
        p = {fact: 0.5 / (self.N_COMMON if fact >= 0 else self.N_RARE) for fact in pages}
        missing = 1 - sum(p.values())
        made_up = missing if made_up is None else made_up
        even = made_up / self.FALSE
        g = {
            fact: (1 - made_up)
            * (by_heart * pages[fact] / self.N_PAGES + (1 - by_heart) * p[fact] / (1 - missing))
            for fact in pages
        }
        written = rng.choices([*g, None], [*g.values(), made_up], k=3_000)
        model = [even if fact is None else g[fact] for fact in written]
        web = [g.get(page(), even) for _ in range(3_000)]
        rate = sum(count == 1 for count in pages.values()) / self.N_PAGES
        bins = calibration(web, model, unlikely=0.1 / self.N_PAGES)
        terms = sparsity_term(self.N_RARE, self.FALSE) + sampling_term(self.N_PAGES)
        return written.count(None) / 3_000, rate, rate - miscalibration(bins) - terms

    def test_a_calibrated_model_invents_what_stands_once(self) -> None:
        invented, rate, bound = self.rates(by_heart=0)
        assert rate > 0.3
        assert invented == pytest.approx(rate, abs=0.03)
        assert rate - 0.15 < bound < invented  # 0.12 are the small terms

    def test_one_that_repeats_its_pages_invents_nothing_and_is_not_calibrated(self) -> None:
        invented, rate, bound = self.rates(by_heart=1, made_up=0)
        assert invented == 0 < rate
        assert bound <= 0

    @pytest.mark.parametrize("by_heart", [0.0, 0.5, 1.0])
    @pytest.mark.parametrize("made_up", [0.0, 0.1, 0.3, 0.6, 0.9])
    def test_no_model_goes_below_its_bound(self, by_heart: float, made_up: float) -> None:
        invented, _, bound = self.rates(by_heart=by_heart, made_up=made_up)
        assert bound <= invented
