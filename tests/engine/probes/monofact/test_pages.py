from __future__ import annotations

from collections import Counter

import pytest

from engine.errors import ProbeError
from engine.probes.monofact.claims import Reader
from engine.probes.monofact.estimates import GoodTuring, missing_mass
from engine.probes.monofact.law import Law, laws
from engine.probes.monofact.pages import FactWeb, value_sets

SMALL = Law(name="small", n_pages=3_000, n_common=20, n_rare=3_000, rare_share=0.5)
ZIPF = Law(name="z", n_pages=3_000, n_common=0, n_rare=3_000, rare_share=1.0, exponent=1.0)


@pytest.mark.parametrize("law", [*laws(4), *laws(12), SMALL, ZIPF], ids=lambda law: law.name)
def test_probabilities_add_up(law: Law) -> None:
    weights = law.weights()
    assert sum(weights) == pytest.approx(1)
    assert len(weights) == law.n_common + law.n_rare
    assert min(weights) > 0


def test_webs_go_from_facts_seen_often_to_facts_seen_once() -> None:
    first, *middle, zipf = laws(6)
    assert first.n_rare == 0
    assert [law.rare_share for law in middle] == [0.2, 0.4, 0.6, 0.8]
    assert zipf.exponent == 1
    assert zipf.weights()[0] == pytest.approx(10 * zipf.weights()[9])


@pytest.mark.parametrize("n", [-1, 0, 3, 13])
def test_too_few_or_too_many_webs_are_refused(n: int) -> None:
    with pytest.raises(ProbeError, match=f"{n} webs"):
        laws(n)


def test_counts_are_those_of_the_pages() -> None:
    web, reader = FactWeb.build(SMALL, 1), Reader(value_sets())
    read = [reader.read(page) for page in web.pages]
    assert Counter(read) == web.counts
    assert set(web.counts) <= set(web.probabilities)


def test_nobody_has_two_answers() -> None:
    web = FactWeb.build(SMALL, 1)
    subjects = {(fact.name, fact.attribute) for fact in web.probabilities}
    assert len(subjects) == len(web.probabilities) == SMALL.n_common + SMALL.n_rare


@pytest.mark.parametrize("law", [SMALL, ZIPF], ids=lambda law: law.name)
def test_good_and_turing_are_right_about_what_is_missing(law: Law) -> None:
    web = FactWeb.build(law, 2)
    missing = missing_mass(web.probabilities, web.counts)
    assert missing > 0.1
    assert GoodTuring.of(web.counts).rate == pytest.approx(missing, abs=0.04)
    # The estimate is about fresh pages: so many of them say something new.
    new = sum(not web.counts[fact] for fact in web.fresh(4_000, 3)) / 4_000
    assert new == pytest.approx(missing, abs=0.04)


def test_a_seed_repeats_a_web_and_another_one_does_not() -> None:
    assert FactWeb.build(SMALL, 1) == FactWeb.build(SMALL, 1)
    assert FactWeb.build(SMALL, 1).pages != FactWeb.build(SMALL, 2).pages
    web = FactWeb.build(SMALL, 1)
    assert web.fresh(50, 1) == web.fresh(50, 1) != web.fresh(50, 2)


def test_more_facts_than_can_be_told_are_refused() -> None:
    with pytest.raises(ProbeError, match="Ask for fewer pages"):
        FactWeb.build(Law(name="x", n_pages=1, n_common=0, n_rare=300_000, rare_share=1.0), 1)
