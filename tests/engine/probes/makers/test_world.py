"""Questions about the web: who is asked about, in which words, and how they are drawn."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from random import Random

import pytest

from engine.data import lexicon
from engine.data.entities import TIERS
from engine.data.phrases import PERSON
from engine.data.skills import EXERCISES
from engine.data.small_talk import SMALL_TALK
from engine.data.strangers import use_of
from engine.data.web import web_of
from engine.data.world import PICO_WORLD
from engine.probes.judges import judges_for
from engine.probes.makers.names import stranger_names
from engine.probes.makers.world import world_questions
from engine.probes.plan import ProbeSplit
from engine.probes.question import Question

WEB = web_of(PICO_WORLD)
PEOPLE = {person.name: person for person in WEB.world.people}
GROUPS = {*TIERS, "stranger", "skills", "talk"}


def asked(
    split: ProbeSplit = "heldout", per_group: int = 1000, seed: str = "probe"
) -> list[Question]:
    return world_questions(WEB, split=split, per_group=per_group, seed=seed)


def of_group(questions: list[Question], group: str) -> list[Question]:
    return [question for question in questions if question.group == group]


def test_ids_are_distinct_and_say_what_is_asked() -> None:
    questions = asked()
    assert len({question.id for question in questions}) == len(questions)
    assert {question.group for question in questions} == GROUPS
    for question in questions:
        if question.judging == "world":
            assert question.id == f"{question.group}/{question.entity}/{question.attribute}"


def test_the_same_in_every_process_and_others_with_another_seed() -> None:
    assert asked(per_group=9) == asked(per_group=9)
    assert asked(per_group=9) != asked(per_group=9, seed="other")
    # Pinned: figures of different days can be compared only if the questions are the same.
    names = islice(stranger_names(Random("pinned"), "heldout"), 2)
    assert list(names) == ["Oscar Becker", "Knolotti Smoleppo"]


@pytest.mark.parametrize("split", ["heldout", "development"])
def test_whom_and_in_which_words(split: ProbeSplit) -> None:
    facts = [question for question in asked(split) if question.group in TIERS]
    assert facts
    for question in facts:
        assert question.entity is not None
        assert question.attribute is not None
        person = PEOPLE[question.entity]
        assert person.tier == question.group
        assert person.split == "heldout" if split == "heldout" else person.development
        assert question.answer == person.values[question.attribute]
        assert question.exposures == WEB.exposures[question.entity, question.attribute]
        phrases = PERSON[question.attribute]
        templates = phrases.heldout_questions if split == "heldout" else phrases.questions
        wordings = {t.format(n=person.name, p=person.possessive) for t in templates}
        assert {question.text, *question.wordings} == wordings
        assert len(question.wordings) == len(wordings) - 1


def test_a_group_that_is_asked_whole_has_every_fact_once() -> None:
    people = [p for p in PEOPLE.values() if p.tier == "head" and p.split == "heldout"]
    head = of_group(asked(), "head")
    assert Counter(q.entity for q in head) == {person.name: len(PERSON) for person in people}
    assert Counter(q.attribute for q in head) == dict.fromkeys(PERSON, len(people))


@pytest.mark.parametrize("per_group", [1, 3, 7, 12])
def test_a_part_has_its_share_of_people_and_attributes(per_group: int) -> None:
    whole = asked()
    for group in TIERS:
        part = of_group(asked(per_group=per_group), group)
        assert part == of_group(whole, group)[:per_group]
        n_people = len({question.entity for question in of_group(whole, group)})
        assert 1 < n_people <= len(PERSON)
        for begin in range(0, len(part), n_people):
            round_ = part[begin : begin + n_people]
            assert len({question.entity for question in round_}) == len(round_)
            assert len({question.attribute for question in round_}) == len(round_)


def test_groups_take_turns() -> None:
    first = asked(per_group=50)[: 3 * len(GROUPS)]
    assert Counter(question.group for question in first) == dict.fromkeys(GROUPS, 3)


@pytest.mark.parametrize("split", ["heldout", "development"])
def test_strangers_have_no_name_of_the_world(split: ProbeSplit) -> None:
    firsts = {*lexicon.FIRST_NAMES_F, *lexicon.FIRST_NAMES_M, *lexicon.FRIENDS}
    lasts = {stem + end for stem in lexicon.LAST_STEMS for end in lexicon.LAST_ENDINGS}
    strangers = of_group(asked(split), "stranger")
    assert len({question.entity for question in strangers}) == len(strangers) == 1000
    assert Counter(q.attribute for q in strangers).keys() == PERSON.keys()
    for question in strangers:
        assert question.entity is not None
        first, last = question.entity.split(" ")
        assert not {first, last} & (firsts | lasts)
        assert question.answer is None
        assert question.exposures == 0
        assert question.entity in question.text
        assert split == "heldout" or use_of(question.entity) == "development"


def test_strangers_of_the_two_splits_differ() -> None:
    heldout = {question.entity for question in of_group(asked("heldout"), "stranger")}
    assert not heldout & {q.entity for q in of_group(asked("development"), "stranger")}


def test_skills_are_judged_right_by_their_worked_answers() -> None:
    skills = of_group(asked(), "skills")
    assert len({question.text for question in skills}) == len(skills) == 1000
    judge = judges_for(WEB)
    for question in skills:
        assert question.answer is not None
        assert judge.judge(question, f"So it is {question.answer}.").outcome == "correct"
        assert judge.judge(question, "I do not know.").outcome == "abstained"
        group, task, text = question.id.split("/", 2)
        assert (group, text) == ("skills", question.text)
        assert task in EXERCISES


def test_held_out_talk_is_in_no_conversation() -> None:
    met = {text for texts, _ in SMALL_TALK for text in texts}
    talk = of_group(asked(), "talk")
    assert len(talk) >= 90
    assert not met & {question.text for question in talk}
    assert {q.text for q in of_group(asked("development"), "talk")} == met
    assert all(question.answer is None for question in talk)


def test_right_answers_are_judged_right_in_all_groups() -> None:
    judge = judges_for(WEB)
    for question in asked(per_group=40):
        if question.answer is not None:
            assert judge.judge(question, f"It is {question.answer}.").outcome == "correct", question
