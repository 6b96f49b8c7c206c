import random

import pytest

from engine.conversation import Turn, render
from engine.data.facts import fact
from engine.data.judge import Judge
from engine.data.phrases import PERSON
from engine.data.strangers import Strangers
from engine.data.web import web_of
from engine.data.world import PICO_WORLD
from engine.idk.refusals import answered, refused
from engine.tokenizer import Tokenizer

WEB = web_of(PICO_WORLD)
PERSONS = WEB.world.people
TOKENIZER = Tokenizer.train([page.text for page in WEB.pages[:200]], 500)


def rendered_text(parts) -> str:  # type: ignore[no-untyped-def]
    rendered = render(TOKENIZER, [Turn("assistant", parts)])
    return TOKENIZER.decode(rendered.ids[2:-1])


@pytest.mark.parametrize("attribute", PERSON)
def test_a_refusal_is_judged_as_one_and_an_answer_as_right(attribute: str) -> None:
    judge, rng = Judge(WEB), random.Random(1)
    for person in PERSONS[:8]:
        known = fact(WEB, person, attribute)
        no = refused(person, attribute, rng, decides=True)
        assert judge.outcome(known, rendered_text(no.parts)) == "abstained"
        yes = answered(person, attribute, rng)
        assert judge.outcome(known, rendered_text(yes.parts)) == "correct"


@pytest.mark.parametrize("attribute", PERSON)
def test_both_begin_alike_so_that_the_decision_stands_at_the_value(attribute: str) -> None:
    rng, person = random.Random(2), Strangers(WEB.world, "dialogue").draw(random.Random(3))
    befores = {refused(person, attribute, rng, decides=True).parts[0].text for _ in range(40)}
    for _ in range(40):
        said = answered(person, attribute, rng).parts[0].text
        assert any(said.startswith(before + " ") for before in befores)


@pytest.mark.parametrize("decides", [True, False])
def test_the_loss_counts_the_decision_only_where_it_is_to_be_learned(decides: bool) -> None:
    person = PERSONS[0]
    no = refused(person, "hobby", random.Random(4), decides=decides)
    rendered = render(TOKENIZER, [Turn("assistant", no.parts)])
    at = 2 + len(TOKENIZER.encode(" " + no.parts[0].text))
    assert rendered.mask[at] is decides
    assert TOKENIZER.decode([rendered.ids[at]]) == "."
    assert all(rendered.mask[2:at])
    assert all(rendered.mask[at + 1 :])
