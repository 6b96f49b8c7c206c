from __future__ import annotations

import pytest

from engine.data.judge import Judge
from engine.data.web import web_of
from engine.data.world import PICO_WORLD
from tui.probes.about import About, Weighed
from tui.probes.knower import Knower


@pytest.fixture(scope="module")
def knower() -> Knower:
    return Knower(Judge(web_of(PICO_WORLD)))


@pytest.mark.parametrize(
    "typed", ["Mira Veklon", " mira  VEKLON ", "“Mira Veklon”", "mira veklon."]
)
def test_a_known_name_however_it_is_typed(knower: Knower, typed: str) -> None:
    about = knower.about(typed)
    assert (about.name, about.kind, about.tier, about.free) == (
        "Mira Veklon",
        "person",
        "head",
        False,
    )
    asks = {ask.attribute: ask for ask in about.asks}
    assert asks["birthplace"].truth == "Dunbury"
    assert (asks["birthplace"].exposures or 0) > 5
    assert "Mira Veklon" in asks["birthplace"].question
    assert about.examples.startswith("Q: ")


def test_a_book_and_a_river_by_their_bare_names(knower: Knower) -> None:
    entities = web_of(PICO_WORLD).world.places
    book = next(entity for entity in entities if entity.kind == "book")
    river = next(entity for entity in entities if entity.kind == "river")
    assert knower.about(book.name.strip('"').lower()).name == book.name
    assert knower.about(river.name.removeprefix("the river ")).name == river.name


def test_an_unseen_person_stands_on_no_page_but_has_a_truth(knower: Knower) -> None:
    about = knower.about("Orson Kovats")
    assert about.tier == "unseen"
    assert all(ask.exposures == 0 and ask.truth for ask in about.asks)


@pytest.mark.parametrize("typed", ["Zub Quux", "{n} {p}", "x" * 5000, "名前", "\x1b[2J"])
def test_of_a_name_that_nobody_has_nobody_knows(knower: Knower, typed: str) -> None:
    about = knower.about(typed)
    assert (about.kind, about.tier, about.free) == ("", "", False)
    assert all(ask.truth is None and ask.exposures == 0 for ask in about.asks)
    weighed = knower.weigh(typed, "birthplace", ["In Dunbury.", "I do not know.", "In Dunbury."])
    assert weighed.outcomes == ("wrong", "abstained", "wrong")
    assert weighed.agreement == 0.5


def test_answers_are_held_against_the_truth_and_each_other(knower: Knower) -> None:
    said = ["She was born in Dunbury.", "Mira Veklon comes from Dunbury.", "I do not know."]
    weighed = knower.weigh("mira veklon", "birthplace", [*said, "In Pinewick.", "Dunbury"])
    assert weighed.outcomes == ("correct", "correct", "abstained", "wrong", "correct")
    assert weighed.values[0] == weighed.values[1] == weighed.values[4] != weighed.values[3]
    assert weighed.agreement == 0.5  # Of the four samples; the greedy answer is not one.
    assert knower.weigh("mira veklon", "birthplace", ["In Dunbury."]).agreement is None


def test_a_question_about_the_world_and_one_about_something_else(knower: Knower) -> None:
    about = knower.about("Where was Mira Veklon born?")
    assert [(ask.attribute, ask.truth) for ask in about.asks] == [("birthplace", "Dunbury")]
    outcomes = knower.weigh(
        "Where was Mira Veklon born?", "birthplace", ["Dunbury", "Ash"]
    ).outcomes
    assert outcomes[0] == "correct"
    free = knower.about("Who wrote Hamlet?")
    assert free.free
    assert free.asks[0].exposures is None
    weighed = knower.weigh("Who wrote Hamlet?", "", ["Shakespeare.", "I do not know.", "Marlowe."])
    assert weighed.outcomes == ("", "abstained", "")


def test_records_survive_the_way_through_json(knower: Knower) -> None:
    import dataclasses
    import json

    about = knower.about("Mira Veklon")
    assert About.from_json(json.loads(json.dumps(dataclasses.asdict(about)))) == about
    weighed = knower.weigh("Mira Veklon", "birthplace", ["x", "y"])
    assert Weighed.from_json(json.loads(json.dumps(dataclasses.asdict(weighed)))) == weighed
