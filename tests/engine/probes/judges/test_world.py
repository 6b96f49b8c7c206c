"""The pocket web's facts: the judge of the web, behind the probes' interface."""

from __future__ import annotations

import pytest

from engine.data.web import web_of
from engine.data.world import PICO_WORLD
from engine.errors import ProbeError
from engine.probes.judges import WorldJudge
from engine.probes.question import Question

WEB = web_of(PICO_WORLD)
JUDGE = WorldJudge(WEB)
TOWNS = [place.name for place in WEB.world.places if place.kind == "town"]
OTHER = next(name for name in TOWNS if name != "Dunbury")


def ask(attribute: str | None, answer: str | None, *aliases: str) -> Question:
    return Question(
        id="head/Mira Veklon/x",
        text="Tell me about Mira Veklon.",
        answer=answer,
        aliases=aliases,
        judging="world",
        entity="Mira Veklon",
        attribute=attribute,
    )


TOWN = ask("birthplace", "Dunbury", "the town of Dunbury")
YEAR = ask("born_year", "1843")
JOB = ask("occupation", "clockmaker", "a clockmaker")
HOBBY = ask("hobby", "playing the cello", "cello")
NOBODY = ask("birthplace", None)


@pytest.mark.parametrize(
    ("question", "answer", "outcome", "value"),
    [
        (TOWN, "Mira Veklon was born in Dunbury.", "correct", "dunbury"),
        (TOWN, "In the town of DUNBURY!", "correct", "dunbury"),
        (TOWN, f"In {OTHER}.", "wrong", OTHER.lower()),
        (TOWN, f"In {OTHER}, not in Dunbury.", "wrong", OTHER.lower()),
        (TOWN, "In Nowhereville.", "wrong", "nowhereville"),
        (TOWN, "I do not know.", "abstained", ""),
        (TOWN, "Mira Veklon comes from... I do not know.", "abstained", ""),
        (TOWN, "I have never heard of Mira Veklon.", "abstained", ""),
        (TOWN, "I don't know, perhaps Dunbury.", "correct", "dunbury"),
        (TOWN, f"I don't know, perhaps {OTHER}.", "wrong", OTHER.lower()),
        (TOWN, "", "wrong", ""),
        (YEAR, f"Mira Veklon comes from {OTHER} and was born in 1843.", "correct", "1843"),
        (YEAR, "1844 or 1843", "wrong", "1844"),
        (YEAR, "I do not know why, but she was born in 1843.", "correct", "1843"),
        (YEAR, "I do not know why, but she was born in 1844.", "wrong", "1844"),
        (JOB, "She was a clockmaker.", "correct", "clockmaker"),
        (JOB, "She was a baker.", "wrong", "baker"),
        (JOB, "She was a railway engineer.", "wrong", "railway engineer"),
        (HOBBY, "She played the cello.", "correct", "playing the cello"),
        (HOBBY, "She loved playing the flute.", "wrong", "playing the flute"),
        (NOBODY, "I do not know her.", "abstained", ""),
        (NOBODY, "Mira Veklon was born in Dunbury.", "wrong", "dunbury"),
        (NOBODY, "I do not know her, but she was born in Dunbury.", "wrong", "dunbury"),
        (NOBODY, "", "wrong", ""),
    ],
)
def test_outcomes(question: Question, answer: str, outcome: str, value: str) -> None:
    verdict = JUDGE.judge(question, answer)
    assert (verdict.outcome, verdict.value) == (outcome, value)


@pytest.mark.parametrize("attribute", [None, "", "shoe size"])
def test_what_the_web_does_not_tell_of_is_refused_in_a_sentence(attribute: str | None) -> None:
    with pytest.raises(ProbeError, match=r"head/Mira Veklon/x.*Judge it as"):
        JUDGE.judge(ask(attribute, "x"), "x")
