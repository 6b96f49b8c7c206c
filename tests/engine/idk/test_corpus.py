"""What the stage trains on: who is refused, who is answered, and how often that decides."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from engine.data.dialogue import Exchange
from engine.data.entities import Entity
from engine.data.phrases import PERSON
from engine.data.web import web_of
from engine.data.world import PICO_WORLD
from engine.idk.corpus import TAIL_REFUSED, IdkTalk, Known, at_the_value

WEB = web_of(PICO_WORLD)
PEOPLE = {person.name: person for person in WEB.world.people}


def facts_of(tier: str) -> list[tuple[Entity, str]]:
    return [(p, a) for p in WEB.world.people if p.tier == tier for a in PERSON]


FOUND = Known(
    known={"head": facts_of("head"), "torso": facts_of("torso"), "tail": []},
    unknown={"tail": facts_of("tail"), "new": facts_of("unseen")},
)


def drawn(count: int, *, decides: float = 0.5) -> list[Exchange]:
    about, rng = at_the_value(WEB, FOUND, decides=decides), random.Random(1)
    return [about(rng) for _ in range(count)]


def named(exchange: Exchange) -> Entity | None:
    return next((p for name, p in PEOPLE.items() if name in exchange.question), None)


def test_the_known_are_answered_and_the_tail_and_strangers_are_refused() -> None:
    seen: Counter[tuple[str, bool]] = Counter()
    for exchange in drawn(1500):
        person = named(exchange)
        refused = "not" in exchange.answer
        seen["stranger" if person is None else person.tier, refused] += 1
    assert set(seen) == {("head", False), ("torso", False), ("tail", True), ("stranger", True)}
    n_refused = seen["tail", True] + seen["stranger", True]
    assert n_refused / 1500 == pytest.approx(0.5, abs=0.05)
    assert seen["tail", True] / n_refused == pytest.approx(TAIL_REFUSED, abs=0.05)


def test_a_stranger_hardly_ever_comes_again() -> None:
    names = [e.question for e in drawn(1000) if named(e) is None]
    assert len(set(names)) > 0.95 * len(names)


@pytest.mark.parametrize("decides", [0.0, 0.25, 1.0])
def test_a_share_of_the_refusals_counts_the_token_that_decides(decides: float) -> None:
    counted = [
        exchange.parts[1].counted == "all" for exchange in drawn(1200, decides=decides)
        if len(exchange.parts) == 2
    ]  # fmt: skip
    assert sum(counted) / len(counted) == pytest.approx(decides, abs=0.06)


def test_conversations_are_about_other_things_as_well() -> None:
    talk, rng = IdkTalk(WEB, at_the_value(WEB, FOUND, decides=0.5)), random.Random(2)
    asked = [e.question for _ in range(1500) for e in talk.dialogue(rng).exchanges]
    for word in ("Sort", "pell", "hank", "river"):
        assert any(word in question for question in asked), word
