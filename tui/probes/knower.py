"""Knows the whole pocket web: who a name is, and whether answers about it are right.

Runs in the helper process only (``tui.truth``): the web takes seconds to write.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.data.facts import aliases, questions
from engine.data.judge import Judge
from engine.data.phrases import PERSON
from engine.evals.answer import few_shot_prefix
from engine.probes.agreement import agreement
from engine.probes.judges import judges_for
from engine.probes.question import Question
from engine.probes.record import Answer
from tui.probes.about import About, Ask, Weighed

if TYPE_CHECKING:
    from engine.data.entities import Entity
    from engine.probes.judges import Verdict


class Knower:
    """Answers from one world.

    Args:
        judge: of that world.
    """

    def __init__(self, judge: Judge) -> None:
        self._facts, self._web = judge, judge.web
        self._judge = judges_for(judge.web)
        self._entities = {_plain(entity.name): entity for entity in self._web.world.entities()}
        self._examples = few_shot_prefix(self._web)

    def about(self, typed: str) -> About:
        """Who that is, and what can be asked. What ends in ``?`` is a question as it stands."""
        if typed.rstrip().endswith("?"):
            return self._about_question(typed.strip())
        entity = self._entities.get(_plain(typed))
        if entity is not None:
            asks = tuple(self._ask(entity, attribute) for attribute in entity.values)
            return self._record(entity.name, entity, asks)
        name = " ".join(typed.split())
        asks = tuple(_ask_of_nobody(name, attribute) for attribute in PERSON)
        return self._record(name, None, asks)

    def weigh(self, typed: str, attribute: str, answers: Sequence[str]) -> Weighed:
        """Hold answers to one of ``about``'s questions against the truth and each other.

        The first is the greedy one; whether they agree is said of the others.
        """
        found = self.about(typed)
        ask = next(ask for ask in found.asks if ask.attribute == attribute)
        entity = self._entities.get(_plain(found.name))
        question = Question(
            id="live",
            text=ask.question,
            answer=ask.truth,
            aliases=aliases(entity, attribute) if entity is not None and attribute else (),
            judging="exact" if found.free else "world",
            entity=None if found.free else found.name,
            attribute=attribute or None,
            exposures=ask.exposures,
        )
        said = [_answer(text, self._judge.judge(question, text)) for text in answers]
        return Weighed(
            # What nobody here knows can be abstained from, but not be right or wrong.
            outcomes=tuple(
                "" if found.free and each.outcome != "abstained" else each.outcome for each in said
            ),
            values=tuple(each.value for each in said),
            agreement=agreement(said[1:]),
        )

    def _about_question(self, asked: str) -> About:
        fact = self._facts.find(asked)
        if fact is None:
            ask = Ask(attribute="", question=asked, truth=None, exposures=None)
            return self._record(asked, None, (ask,), free=True)
        entity = self._entities[_plain(fact.entity)]
        return self._record(entity.name, entity, (self._ask(entity, fact.attribute, asked),))

    def _ask(self, entity: Entity, attribute: str, asked: str | None = None) -> Ask:
        return Ask(
            attribute=attribute,
            question=asked or questions(entity, attribute, "heldout")[0],
            truth=entity.values[attribute],
            exposures=self._web.exposures[entity.name, attribute],
        )

    def _record(
        self, name: str, entity: Entity | None, asks: tuple[Ask, ...], *, free: bool = False
    ) -> About:
        return About(
            name=name,
            kind=entity.kind if entity is not None else "",
            tier=entity.tier if entity is not None else "",
            asks=asks,
            examples=self._examples,
            free=free,
        )


def _answer(text: str, verdict: Verdict) -> Answer:
    """Without probabilities, which agreement does not look at."""
    return Answer(
        text=text,
        outcome=verdict.outcome,
        value=verdict.value,
        mean_logprob=0.0,
        min_logprob=0.0,
        n_tokens=0,
    )


def _ask_of_nobody(name: str, attribute: str) -> Ask:
    """What one would ask about somebody of whom no page tells."""
    question = PERSON[attribute].heldout_questions[0].format(n=name, p="their")
    return Ask(attribute=attribute, question=question, truth=None, exposures=0)


def _plain(name: str) -> str:
    """A name whatever its case, quotes and article."""
    words = " ".join(name.casefold().split()).strip("\"'“”. ")
    return words.removeprefix("the river ").removeprefix("the ")
