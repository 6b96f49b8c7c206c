import hashlib
import re
from collections import Counter
from dataclasses import replace

import pytest

from engine.data.facts import facts, questions
from engine.data.phrases import PHRASES
from engine.data.web import Web, web_of
from engine.data.world import PICO_WORLD, World, WorldConfig
from engine.errors import LabError

WEB = web_of(PICO_WORLD)


def fingerprint(web: Web) -> str:
    pages = (*web.pages, *web.heldout_pages, *web.search_pages)
    return hashlib.sha256("\0".join(page.text for page in pages).encode()).hexdigest()


def test_same_seed_same_bytes_other_seed_other_bytes() -> None:
    assert fingerprint(Web.build(PICO_WORLD)) == fingerprint(WEB)
    assert fingerprint(Web.build(replace(PICO_WORLD, seed=2))) != fingerprint(WEB)


def test_size_is_a_parameter() -> None:
    larger = World.build(replace(PICO_WORLD, n_torso=30))
    assert Counter(p.tier for p in larger.people) == {
        "head": 6,
        "torso": 30,
        "tail": 8,
        "unseen": 12,
    }


@pytest.mark.parametrize(
    ("change", "word"),
    [({"n_unseen": 10**6}, "named"), ({"n_towns": 0}, "n_towns"), ({"n_rivers": 999}, "n_rivers")],
)
def test_impossible_sizes_are_a_sentence(change: dict[str, int], word: str) -> None:
    with pytest.raises(LabError, match=word):
        WorldConfig(**change)


def test_every_counted_exposure_stands_on_that_many_pages() -> None:
    """The truth is checked against the text, not against the generator's own counter."""
    for fact in facts(WEB, kind="person"):
        pages = [page for page in WEB.pages if (fact.entity, fact.attribute) in page.facts]
        assert len(pages) == fact.exposures
        for page in pages:
            assert fact.entity in page.text
            assert fact.answer in page.text


def test_tiers_have_the_exposures_they_promise() -> None:
    by_tier: dict[str, list[int]] = {}
    for fact in facts(WEB, kind="person"):
        by_tier.setdefault(fact.tier, []).append(fact.exposures)
    assert min(by_tier["head"]) >= PICO_WORLD.head_exposures[0]
    assert min(by_tier["torso"]) >= PICO_WORLD.torso_exposures[0]
    assert set(by_tier["tail"]) <= set(PICO_WORLD.tail_exposures)
    assert {1, 2} & set(by_tier["tail"])
    assert set(by_tier["unseen"]) == {0}
    assert max(by_tier["torso"]) < max(by_tier["head"])


def test_the_unseen_stand_in_the_searchable_part_only() -> None:
    trained = "\n".join(page.text for page in (*WEB.pages, *WEB.heldout_pages))
    searchable = "\n".join(page.text for page in WEB.search_pages)
    unseen = [p for p in WEB.world.people if p.tier == "unseen"]
    assert unseen[0].name == "Orson Kovats"
    for person in unseen:
        assert person.name not in trained
        assert person.name in searchable
        for value in person.values.values():
            assert value in searchable


def test_names_recombine() -> None:
    """Half a name must not give a person away: firsts and lasts are shared, across the tiers."""
    people = [p for p in WEB.world.people if p.tier != "unseen"]
    lasts = Counter(p.name.split()[1] for p in people)
    unseen_lasts = {p.name.split()[1] for p in WEB.world.people if p.tier == "unseen"}
    assert max(lasts.values()) >= 2
    assert unseen_lasts & set(lasts)
    assert len({p.name for p in WEB.world.people}) == len(WEB.world.people)


def test_heldout_entities_and_phrasings_are_never_asked_on_a_page() -> None:
    asked = {
        line[3:] for page in WEB.pages for line in page.text.split("\n") if line.startswith("Q: ")
    }
    for entity in WEB.world.entities():
        for attribute in entity.values:
            heldout = questions(entity, attribute, "heldout")
            assert not asked.intersection(heldout)
            if entity.split == "heldout":
                assert not asked.intersection(questions(entity, attribute, "train"))


def test_phrasings_are_many_and_apart() -> None:
    for kind in PHRASES.values():
        for phrases in kind.values():
            assert len(phrases.statements) >= 5
            assert len(set(phrases.questions)) == len(phrases.questions)
            assert not set(phrases.questions) & set(phrases.heldout_questions)
            assert len(phrases.heldout_questions) >= 2


def test_order_of_facts_is_permuted() -> None:
    """No attribute may always follow another (Physics of Language Models 3.1)."""
    orders = Counter(
        tuple(attribute for _, attribute in page.facts)
        for page in WEB.pages
        if page.kind == "encyclopedia" and len(page.facts) == 6
    )
    assert len(orders) > 5


def test_pages_are_well_formed() -> None:
    for page in (*WEB.pages, *WEB.heldout_pages, *WEB.search_pages):
        assert not re.search(r"[{}]|\b[Aa] [aeiou]\w+ (?:clock|egg|apple)\b", page.text), page.text
        assert page.text == page.text.strip()
