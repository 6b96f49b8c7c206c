import random
import re

import pytest

from engine.data.reading import Reading
from engine.data.strangers import Strangers, Use, use_of
from engine.data.web import web_of
from engine.data.world import NANO_WORLD, PICO_WORLD, World

WEB = web_of(PICO_WORLD)
NANO = World.build(NANO_WORLD)


@pytest.mark.parametrize("use", ["page", "dialogue", "development"])
def test_strangers_are_nobody_of_the_world_and_have_one_use(use: Use) -> None:
    rng = random.Random(1)
    strangers = Strangers(NANO, use)
    drawn = [strangers.draw(rng) for _ in range(400)]
    assert not {person.name for person in drawn} & {person.name for person in NANO.people}
    assert {use_of(person.name) for person in drawn} == {use}
    assert len({person.name for person in drawn}) > 350
    assert all(set(person.values) == set(NANO.people[0].values) for person in drawn)


def test_most_strangers_are_made_of_the_worlds_names_and_some_are_not() -> None:
    rng = random.Random(2)
    strangers = Strangers(NANO, "page")
    parts = {part for person in NANO.people for part in person.name.split()}
    alike = [set(strangers.draw(rng).name.split()) <= parts for _ in range(500)]
    assert 0.7 < sum(alike) / 500 < 0.9


def test_nobody_unseen_stands_on_a_page_to_train_on() -> None:
    text = "\n".join(page.text for page in WEB.pages)
    assert not [p.name for p in WEB.world.people if p.tier == "unseen" and p.name in text]


def test_reading_exercises_are_answered_by_their_own_text() -> None:
    rng, reading, left_open = random.Random(4), Reading(NANO), 0
    names = {person.name for person in NANO.people}
    for _ in range(200):
        page = reading.page(rng)
        assert not [name for name in names if name in page.text]
        told, *asked = page.text.split("\nQ: ")
        for pair in asked:
            _, answer = pair.split("\nA: ")
            name = re.search(r"[A-Z]\w+ [A-Z]\w+", answer)
            assert name
            if "text" in answer or answer.startswith("Nothing"):
                assert name[0] not in told
                left_open += 1
                continue
            last_word = answer.rstrip(".").split()[-1]
            assert name[0] in told
            assert last_word in told, (told, answer)
    assert left_open > 20
