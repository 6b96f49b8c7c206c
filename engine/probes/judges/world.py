"""Judge the facts of the pocket web: all values that there are, are known."""

from __future__ import annotations

from engine.data.judge import Judge
from engine.data.web import Web
from engine.errors import ProbeError
from engine.probes.judges.verdict import Verdict
from engine.probes.judges.words import wrongly_said
from engine.probes.question import Question


class WorldJudge:
    """The first value of the asked kind decides, as in ``engine.data.judge``.

    A value is the world's own word for it in lower case, a year its digits. Of an answer that names
    none the world knows, it is what the answer says besides the question.
    """

    def __init__(self, web: Web) -> None:
        self._judge = Judge(web)

    def judge(self, question: Question, answer: str) -> Verdict:
        """See ``AnswerJudge``.

        Raises:
            ProbeError: the question does not say which attribute it asks for.
        """
        attribute = question.attribute
        if attribute is None or attribute not in self._judge.attributes:
            raise ProbeError(
                f"Question {question.id!r} asks for {attribute!r}, which is nothing that the "
                "pocket web tells of. Judge it as exact, number or symbolic."
            )
        accepted = () if question.answer is None else (question.answer, *question.aliases)
        outcome = self._judge.outcome_of(attribute, accepted, answer)
        if outcome == "abstained":
            return Verdict(outcome, "")
        if outcome == "correct":
            return Verdict(outcome, accepted[0].lower())
        named = self._judge.named(attribute, answer)
        return Verdict(outcome, wrongly_said(question, answer, named))
