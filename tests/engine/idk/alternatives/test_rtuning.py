import random

from probed import record

from engine.data.web import web_of
from engine.data.world import PICO_WORLD
from engine.idk.alternatives.rtuning import by_outcome
from engine.probes.judges import is_refusal
from engine.probes.question import Question
from engine.probes.record import Outcome

WEB = web_of(PICO_WORLD)


def test_rtuning_refuses_what_was_wrong_as_the_whole_answer() -> None:
    people = {person.name: person for person in WEB.world.people[:4]}
    asked = [
        Question(id=name, text="?", answer="", entity=name, attribute="hobby", judging="world")
        for name in people
    ]
    outcomes: list[Outcome] = ["correct", "wrong", "abstained", "correct"]
    records = [record(q.id, outcome) for q, outcome in zip(asked, outcomes, strict=True)]
    about, rng = by_outcome(asked, records, people), random.Random(1)
    met: dict[str, set[bool]] = {}
    for _ in range(200):
        exchange = about(rng)
        (name,) = [name for name in people if name in exchange.question]
        met.setdefault(name, set()).add(is_refusal(exchange.answer, asked=exchange.question))
        assert is_refusal(exchange.answer) or people[name].values["hobby"] in exchange.answer
    assert met == {
        name: {outcome != "correct"} for name, outcome in zip(people, outcomes, strict=True)
    }
