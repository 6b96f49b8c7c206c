from __future__ import annotations

import random

import pytest

from engine.data.phrases import PERSON
from engine.probes.monofact.claims import Claim, Reader, wordings
from engine.probes.monofact.pages import value_sets

READER = Reader(value_sets())
ORSON = "Orson Kovats"


@pytest.mark.parametrize("attribute", PERSON)
def test_every_wording_of_every_value_is_read_back(attribute: str) -> None:
    for value in value_sets()[attribute]:
        claim = Claim("Mira Veklon", attribute, value)
        assert {READER.read(text) for text in wordings(claim)} == {claim}


def test_all_wordings_of_the_web_are_there_and_differ() -> None:
    claim = Claim(ORSON, "hobby", "playing chess")
    assert len(wordings(claim)) == len(PERSON["hobby"].statements) == len(set(wordings(claim)))
    assert "In his free time Orson Kovats liked playing chess." in wordings(claim)
    hers = Claim("Mira Veklon", "hobby", "playing chess")
    assert "In her free time Mira Veklon liked playing chess." in wordings(hers)


@pytest.mark.parametrize(
    ("text", "attribute", "value"),
    [
        ("Orson Kovats was born in 1843.", "born_year", "1843"),
        ("Orson Kovats was born in Dunbury.", "birthplace", "Dunbury"),
        ("Orson Kovats came into the world in Dunbury.", "birthplace", "Dunbury"),
        ("Orson Kovats was a student at Halden Academy.", "school", "Halden Academy"),
        ("Orson Kovats was an architect.", "occupation", "architect"),
        ("Orson Kovats later lived in Dunbury.", "residence", "Dunbury"),
        ("Halden Academy counts Orson Kovats among its former students.", "school",
         "Halden Academy"),
    ],
)  # fmt: skip
def test_the_value_and_the_longer_wording_decide(text: str, attribute: str, value: str) -> None:
    values = value_sets()
    values["school"] |= {"Halden Academy"}
    values["birthplace"] |= {"Dunbury"}
    assert Reader(values).read(text) == Claim(ORSON, attribute, value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " Orson Kovats lived in Dunbury.",
        "Orson Kovats lived in Dunbury",
        "Orson lived in Dunbury.",
        "Orson Kovats lived in.",
        "Orson Kovats Kovats lived in Dunbury.",
        "orson kovats is nobody.",
        "Orson Kovats's family had a house in Dunbury, where Mira Veklon was born.",
        "In their free time Orson Kovats liked playing chess.",
        "(?P<name>.*) (?P<value>.*)",
        "Orson Kovats lived in Dunbury.\n",
        "Orson Kovats lived in\nDunbury.",
    ],
)
def test_what_is_no_sentence_of_the_web_states_nothing(text: str) -> None:
    assert READER.read(text) is None


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("Qqq Zzz lived in Dunbury.", Claim("Qqq Zzz", "residence", "Dunbury")),
        ("Orson Kovats lived in Dunburg.", Claim(ORSON, "residence", "Dunburg")),
        ("Orson Kovats loved loving.", Claim(ORSON, "hobby", "loving")),
    ],
)
def test_a_name_or_value_that_there_is_not_is_a_claim_as_well(text: str, claim: Claim) -> None:
    assert READER.read(text) == claim


def test_two_sentences_are_never_taken_for_a_true_claim() -> None:
    rng, values = random.Random(1), value_sets()
    for attribute in PERSON:
        claim = Claim(ORSON, attribute, rng.choice(sorted(values[attribute])))
        for text in wordings(claim):
            read = READER.read(f"{text} {text}")
            assert read is None or read.value not in values[read.attribute]
