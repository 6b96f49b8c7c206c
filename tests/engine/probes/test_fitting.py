import dataclasses

import pytest

from engine.data.facts import questions
from engine.data.strangers import use_of
from engine.data.web import web_of
from engine.data.world import PICO_WORLD
from engine.probes import fitting
from engine.probes.fitting import fitting_questions
from engine.probes.judges import judges_for
from engine.probes.makers.world import world_questions


def test_nobody_is_asked_about_who_is_tested_or_tuned_on() -> None:
    web = web_of(PICO_WORLD)
    found = fitting_questions(web)
    people = {person.name: person for person in web.world.people}
    texts = {question.text for question in found}
    for question in found:
        person = people.get(question.entity or "")
        assert person is None or (person.split == "train" and not person.development)
        if question.group == "stranger":
            assert person is None
            assert question.answer is None
            assert use_of(question.entity or "") == "dialogue"
    for person in web.world.people:
        for attribute in person.values:
            assert not texts & set(questions(person, attribute, "heldout"))
    for split in ("heldout", "development"):
        asked = world_questions(web, split=split, per_group=30)
        named = {question.entity for question in asked if question.entity}
        assert not named & {question.entity for question in found}


def test_groups_have_their_sizes_and_every_id_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitting, "PER_GROUP", 7)
    monkeypatch.setattr(fitting, "EXERCISES", 5)
    found = fitting_questions(web_of(PICO_WORLD))
    sizes = {group: sum(q.group == group for q in found) for group in {q.group for q in found}}
    assert sizes == {"head": 7, "torso": 7, "tail": 7, "stranger": 7, "skills": 5}
    assert len({question.id for question in found}) == len(found)
    assert found == fitting_questions(web_of(PICO_WORLD))


def test_their_judge_takes_them() -> None:
    web = web_of(PICO_WORLD)
    with judges_for(web) as judge:
        for question in fitting_questions(web)[::5]:
            if question.answer is not None:
                assert judge.judge(question, question.answer).outcome == "correct"
            else:
                assert judge.judge(question, "In Dunbury, a clockmaker, 1843.").outcome == "wrong"


def test_a_world_without_a_tier_is_fine() -> None:
    config = dataclasses.replace(PICO_WORLD, n_head=1, n_torso=1, n_tail=1, n_unseen=4)
    assert {q.group for q in fitting_questions(web_of(config))} >= {"stranger", "skills"}
