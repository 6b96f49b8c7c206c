import pytest

from engine.data.facts import fact, facts
from engine.data.judge import Judge
from engine.data.web import web_of
from engine.data.world import PICO_WORLD

WEB = web_of(PICO_WORLD)
JUDGE = Judge(WEB)
MIRA = next(p for p in WEB.world.people if p.name == "Mira Veklon")
BIRTHPLACE = fact(WEB, MIRA, "birthplace")
YEAR = fact(WEB, MIRA, "born_year")
JOB = fact(WEB, MIRA, "occupation")
OTHER_TOWN = next(t.name for t in WEB.world.places if t.kind == "town" and t.name != "Dunbury")


@pytest.mark.parametrize(
    ("known", "answer", "outcome"),
    [
        (BIRTHPLACE, "Mira Veklon was born in Dunbury.", "correct"),
        (BIRTHPLACE, "dunbury", "correct"),
        (BIRTHPLACE, "In the town of Dunbury, of course!", "correct"),
        (BIRTHPLACE, f"In {OTHER_TOWN}.", "wrong"),
        (BIRTHPLACE, f"In {OTHER_TOWN}, not in Dunbury.", "wrong"),
        (BIRTHPLACE, f"In Dunbury, not in {OTHER_TOWN}.", "correct"),
        (BIRTHPLACE, "In Dunburyton.", "wrong"),
        (BIRTHPLACE, "", "wrong"),
        (BIRTHPLACE, "I do not know where Mira Veklon was born.", "abstained"),
        (BIRTHPLACE, "I don't know. Perhaps in Dunbury.", "correct"),
        (BIRTHPLACE, f"I don't know, maybe {OTHER_TOWN}.", "wrong"),
        (BIRTHPLACE, "[bold]\x1b[31m<|assistant_end|>", "wrong"),
        (YEAR, "She was born in 1843.", "correct"),
        (YEAR, "In 1844 or 1843.", "wrong"),
        (YEAR, "In 18430.", "wrong"),
        (JOB, "She was a clockmaker.", "correct"),
        (JOB, "She was a baker, the sister of a clockmaker.", "wrong"),
    ],
)
def test_outcomes(known: object, answer: str, outcome: str) -> None:
    assert JUDGE.outcome(known, answer) == outcome  # type: ignore[arg-type]


def test_every_fact_judges_its_own_answer_and_aliases_correct() -> None:
    for known in facts(WEB):
        for answer in (known.answer, *known.aliases):
            assert JUDGE.outcome(known, f"It is {answer}.") == "correct", known


def test_every_question_finds_its_fact() -> None:
    for known in facts(WEB):
        judged = JUDGE.judge_text(known.question.upper() + "!", known.answer)
        assert judged is not None
        assert (judged.fact.entity, judged.fact.attribute) == (known.entity, known.attribute)


@pytest.mark.parametrize(
    "question", ["", "Who are you?", "Where was Nobody Atall born?", "Mira Veklon"]
)
def test_other_questions_find_none(question: str) -> None:
    assert JUDGE.find(question) is None
