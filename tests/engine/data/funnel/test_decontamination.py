from __future__ import annotations

import random
import time

import pytest

from engine.data.funnel.decontamination import Decontaminator, held_out_questions
from engine.data.skills import EXERCISES
from engine.data.web import web_of
from engine.data.world import PICO_WORLD, World
from engine.tasks.catalogue import TASKS
from engine.tasks.task import problems

QUESTION = "Tell me where Mira Veklon's brother was born."


@pytest.mark.parametrize(
    "text",
    [
        QUESTION,
        "TELL ME, where mira\n\nveklon's (brother) was born?",
        f"Before it.{QUESTION}After it.",
        "ｔell me where Mira Veklon’s brother was born",
        f"Tell me where Tell me where {QUESTION}",
    ],
)
def test_finds(text: str) -> None:
    assert Decontaminator([QUESTION, "Who was there then?"]).find(text) == QUESTION


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Tell me",
        "Tell me where Mira Veklon's brother was",
        "Tell me where Mira Veklon's older brother was born.",
        "Tell me where Mira Veklons brother was born.",
        "Foretell me where Mira Veklon's brother was born.",
    ],
)
def test_leaves(text: str) -> None:
    assert Decontaminator([QUESTION]).find(text) is None


def test_finds_the_shorter_of_two_that_begin_alike() -> None:
    found = Decontaminator(["a b c d e f", "a b c d"]).find("x a b c d e")
    assert found == "a b c d"


def test_no_questions_find_nothing() -> None:
    assert Decontaminator([]).find(QUESTION) is None


def test_refuses_what_stands_everywhere() -> None:
    with pytest.raises(ValueError, match=r"'Who else\?' has fewer than"):
        Decontaminator(["Who else?"])


def test_time_does_not_grow_with_questions_that_begin_alike() -> None:
    finder = Decontaminator(f"Tell me where {number} was born" for number in range(20_000))
    began = time.process_time()
    assert finder.find("tell me where " * 10_000) is None
    assert time.process_time() - began < 1


@pytest.fixture(scope="module")
def asked() -> frozenset[str]:
    return frozenset(held_out_questions(World.build(PICO_WORLD)))


def test_held_out_questions_stand_on_no_page_of_the_web(asked: frozenset[str]) -> None:
    web = web_of(PICO_WORLD)
    finder = Decontaminator(asked)
    assert [page.text for page in web.pages if finder.find(page.text)] == []


def test_every_question_about_held_out_entities_is_covered(asked: frozenset[str]) -> None:
    """Written out here from the wordings, not from the code that lists them."""
    held_out = [e for e in World.build(PICO_WORLD).entities() if e.split == "heldout"]
    people = [entity for entity in held_out if entity.kind == "person"]
    assert people
    assert {f"Tell me where {person.name} was born." for person in people} <= asked
    assert {f"{person.name} worked as what?" for person in people} <= asked
    books = [entity for entity in held_out if entity.kind == "book"]
    assert {f"{book.name} is about what?" for book in books} <= asked
    trained = [e for e in World.build(PICO_WORLD).people if e.split == "train"]
    assert not any(person.name in question for person in trained for question in asked)


@pytest.mark.parametrize("name", sorted(TASKS))
def test_the_problems_of_an_evaluation_are_covered(name: str, asked: frozenset[str]) -> None:
    drawn = problems(TASKS[name], "heldout", random.Random(f"eval:{name}"))
    first = [next(drawn).question for _ in range(100)]
    # Pages teach letters, so their questions stand there rightly.
    assert asked.isdisjoint(first) if name == "letter_counting" else asked.issuperset(first)


def test_exercises_of_the_pages_are_not_held_out(asked: frozenset[str]) -> None:
    rng = random.Random(1)
    finder = Decontaminator(asked)
    drawn = [make(rng) for make, _ in EXERCISES.values() for _ in range(200)]
    assert not any(finder.find(f"{item.question} {item.answer}") for item in drawn)
