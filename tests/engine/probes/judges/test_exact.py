"""Words against words: what counts as naming the truth, and what only looks like it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.probes.judges import ExactJudge
from engine.probes.judges.words import MAX_CHARS
from engine.probes.question import Question

JUDGE = ExactJudge()


def ask(text: str, answer: str | None, *aliases: str) -> Question:
    return Question(id="q", text=text, answer=answer, aliases=aliases)


CAPITAL = ask("What is the capital of Australia?", "Canberra")
AUTHOR = ask("Who wrote Hamlet?", "William Shakespeare", "Shakespeare", "The Bard of Avon")
MOON = ask("In which year did Apollo 11 land on the Moon?", "1969")
PLANETS = ask("How many planets has the Solar System?", "8", "eight")
INSTRUMENT = ask("What is the instrument of Pablo Casals?", "the cello")
BIGGER = ask("Which is bigger, the Sun or the Moon?", "the Sun")
CITY = ask("Which city has the most people of Brazil?", "S\u00e3o Paulo")
LANGUAGE = ask("What is this program written in?", "C")
RIVER = ask("How do you spell river?", "r i v e r")
PARROT = ask("How do you spell parrot?", "p a r r o t")
KANJI = ask("What is the capital of Japan?", "\u6771\u4eac")
NOBODY = ask("Where was Zorblax Quimby born?", None)


@pytest.mark.parametrize(
    ("question", "answer", "outcome", "value"),
    [
        (CAPITAL, "Canberra", "correct", "canberra"),
        (CAPITAL, "  the CANBERRA!! ", "correct", "canberra"),
        (CAPITAL, "The capital of Australia is Canberra, a planned city.", "correct", "canberra"),
        (CAPITAL, "Canberra is the capital; it is not Sydney.", "correct", "canberra"),
        (CAPITAL, "It is Canberra, not Sydney.", "correct", "canberra"),
        (CAPITAL, "Not Sydney. Canberra.", "correct", "canberra"),
        (CAPITAL, "I do not think so. Canberra!", "correct", "canberra"),
        (CAPITAL, "I'm not sure, but I think it is Canberra.", "correct", "canberra"),
        (CAPITAL, "I don't know. Perhaps Canberra?", "correct", "canberra"),
        (CAPITAL, "Canberra or Sydney.", "correct", "canberra"),
        (CAPITAL, "Sydney or Canberra.", "wrong", "sydney canberra"),
        (CAPITAL, "It is Sydney, Canberra or Perth.", "wrong", "sydney canberra perth"),
        (CAPITAL, "Sydney/Canberra", "wrong", "sydney canberra"),
        (CAPITAL, "It is not Canberra.", "wrong", "not canberra"),
        (CAPITAL, "It isn't Canberra but Sydney.", "wrong", "isn't canberra sydney"),
        (CAPITAL, "Canberra isn't the capital.", "wrong", "canberra isn't"),
        (CAPITAL, "Canberra is not the capital. Sydney is.", "wrong", "not canberra"),
        (CAPITAL, "Sydney.", "wrong", "sydney"),
        (CAPITAL, "It is Sydney.", "wrong", "sydney"),
        (CAPITAL, "The capital of Australia is the city of Sydney!", "wrong", "city sydney"),
        (CAPITAL, "Canberraville", "wrong", "canberraville"),
        (CAPITAL, "", "wrong", ""),
        (CAPITAL, "What is the capital of Australia?", "wrong", ""),
        (CAPITAL, "I don\u2019t know.", "abstained", ""),
        (CAPITAL, "I do not know what the capital of Australia is.", "abstained", ""),
        (CAPITAL, "I'm not sure, but I think it is Sydney.", "wrong", None),
        (AUTHOR, "It was written by Shakespeare.", "correct", "william shakespeare"),
        (AUTHOR, "shakespeare's", "correct", "william shakespeare"),
        (AUTHOR, "The English playwright William Shakespeare.", "correct", "william shakespeare"),
        (AUTHOR, "Bard of Avon", "correct", "william shakespeare"),
        (AUTHOR, "William Marlowe", "wrong", "william marlowe"),
        (AUTHOR, "Nobody named Shakespeares", "wrong", None),
        (MOON, "In 1969.", "correct", "1969"),
        (MOON, "Apollo 11 landed on 20 July 1969.", "correct", "1969"),
        (MOON, "In 1968 or 1969.", "wrong", "1968"),
        (MOON, "1968, no, 1969", "wrong", "1968"),
        (MOON, "1969, no, 1968", "correct", "1969"),
        (MOON, "In 19690.", "wrong", "19690"),
        (MOON, "in the 1969s", "wrong", None),
        (MOON, "Not in 1969.", "wrong", "not 1969"),
        (PLANETS, "In 2006 it was said that there are 8 planets.", "correct", "8"),
        (PLANETS, "There are eight planets, 4 of them of rock.", "correct", "8"),
        (PLANETS, "9, or 8 without Pluto.", "wrong", "9"),
        (INSTRUMENT, "He played a cello.", "correct", "cello"),
        (INSTRUMENT, "Cello", "correct", "cello"),
        (INSTRUMENT, "the", "wrong", ""),
        (BIGGER, "The sun.", "correct", "sun"),
        (BIGGER, "I don't know whether the Sun is bigger than the Moon.", "abstained", ""),
        (CITY, "Sao Paulo", "correct", "sao paulo"),
        (CITY, "SA\u0303O PAULO", "correct", "sao paulo"),
        (LANGUAGE, "In C.", "correct", "c"),
        (LANGUAGE, "C++", "wrong", "c++"),
        (LANGUAGE, "C#.", "wrong", "c#"),
        (RIVER, "river is spelled r i v e r.", "correct", "r i v e r"),
        (RIVER, "R-I-V-E-R", "correct", "r i v e r"),
        (RIVER, "river is spelled r i v e r r.", "wrong", "r i v e r r"),
        (RIVER, "r i v e. Or r i v e r.", "wrong", "r i v e"),
        (RIVER, "river", "wrong", ""),
        (PARROT, "p a r r o t", "correct", "p a r r o t"),
        (PARROT, "p r r o t", "wrong", "p r r o t"),
        (PARROT, "I do not know.", "abstained", ""),
        (KANJI, "\u9996\u90fd\u306f\u6771\u4eac\u3067\u3059\u3002", "correct", None),
        (KANJI, "\u5927\u962a\u3067\u3059", "wrong", None),
        (NOBODY, "I have never heard of Zorblax Quimby.", "abstained", ""),
        (NOBODY, "Zorblax Quimby was born in Paris.", "wrong", "paris"),
        (NOBODY, "I don't know him, but he was born in Paris.", "wrong", None),
        (NOBODY, "", "wrong", ""),
    ],
)  # fmt: skip
def test_outcomes(question: Question, answer: str, outcome: str, value: str | None) -> None:
    verdict = JUDGE.judge(question, answer)
    assert verdict.outcome == outcome, verdict
    assert value is None or verdict.value == value


def test_answers_that_mean_the_same_share_a_value_and_others_do_not() -> None:
    same = ["Sydney", "It is Sydney.", "the Sydney!", "The capital of Australia is Sydney. Really."]
    values = {JUDGE.judge(CAPITAL, answer).value for answer in same}
    assert values == {"sydney"}
    assert JUDGE.judge(CAPITAL, "Perth").value not in values
    right = ["Canberra", "canberra.", "I think Canberra, a city."]
    assert len({JUDGE.judge(CAPITAL, answer).value for answer in right}) == 1


@pytest.mark.parametrize("truth", ["!", "\U0001f600", "?!"])
def test_a_truth_without_words_is_looked_for_as_it_is(truth: str) -> None:
    question = ask("Which sign?", truth)
    assert JUDGE.judge(question, f"It is {truth}").outcome == "correct"
    assert JUDGE.judge(question, "It is another").outcome == "wrong"
    assert JUDGE.judge(question, "I do not know").outcome == "abstained"


@given(st.text(max_size=200), st.text(max_size=40), st.text(max_size=200))
def test_no_text_is_too_strange(asked: str, truth: str, answer: str) -> None:
    for question in (ask(asked, truth), ask(asked, None)):
        verdict = JUDGE.judge(question, answer)
        assert (verdict.outcome == "abstained") <= (verdict.value == "")
    assert JUDGE.judge(ask(asked, None), answer).outcome != "correct"


@given(
    st.text(alphabet="abc d1,.", min_size=1, max_size=30).filter(lambda text: bool(text.strip()))
)
def test_a_truth_is_its_own_right_answer(truth: str) -> None:
    assert JUDGE.judge(ask("Which?", truth), truth).outcome == "correct"


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [("A", "correct"), ("It is A.", "correct"), ("An apple", "wrong"), ("a vitamin", "wrong")],
)
def test_a_truth_that_looks_like_an_article(answer: str, outcome: str) -> None:
    assert JUDGE.judge(ask("Which vitamin is good for the eyes?", "A"), answer).outcome == outcome


def test_only_the_beginning_is_read() -> None:
    assert JUDGE.judge(CAPITAL, "x " * MAX_CHARS + "Canberra").outcome == "wrong"
