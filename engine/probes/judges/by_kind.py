"""One judge for all questions: each goes to the judge of its kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from engine.data.web import Web
from engine.errors import ProbeError
from engine.probes.judges.exact import ExactJudge
from engine.probes.judges.number import NumberJudge
from engine.probes.judges.symbolic import SymbolicJudge
from engine.probes.judges.verdict import AnswerJudge, Verdict, judge_all
from engine.probes.judges.world import WorldJudge
from engine.probes.question import Judging, Question
from tools.maths import Jail, Maths
from tools.python.jail import Jail as PythonJail


class Judges:
    """Picks by ``Question.judging``. Use it in a ``with`` statement, or close it.

    Args:
        web: where world questions come from; None where there are none.
        free: who judges free text (``exact``); None compares words.
        jail: where expressions are compared; None starts one at the first of them.
    """

    def __init__(
        self, web: Web | None, *, free: AnswerJudge | None = None, jail: Jail | None = None
    ) -> None:
        self._web = web
        self._judges: dict[Judging, AnswerJudge] = {
            "exact": free or ExactJudge(),
            "number": NumberJudge(),
        }
        self._own_jail = PythonJail() if jail is None else None  # Starts nothing before its use.
        self._jail = jail or self._own_jail

    def judge(self, question: Question, answer: str) -> Verdict:
        """See ``AnswerJudge``.

        Raises:
            ProbeError: a world question without a world, or a jail that does not work.
        """
        return self._judge_of(question).judge(question, answer)

    def judge_many(self, asked: Sequence[tuple[Question, str]]) -> list[Verdict]:
        """All verdicts, in order; the answers of a kind go to its judge together."""
        verdicts: dict[int, Verdict] = {}
        for kind in dict.fromkeys(question.judging for question, _ in asked):
            places = [i for i, (question, _) in enumerate(asked) if question.judging == kind]
            pairs = [asked[i] for i in places]
            verdicts |= zip(places, judge_all(self._judge_of(pairs[0][0]), pairs), strict=True)
        return [verdicts[i] for i in range(len(asked))]

    def close(self) -> None:
        """End the jail that was started here, if any."""
        if self._own_jail is not None:
            self._own_jail.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _judge_of(self, question: Question) -> AnswerJudge:
        judge = self._judges.get(question.judging)
        if judge is None:
            judge = self._judges[question.judging] = self._made(question)
        return judge

    def _made(self, question: Question) -> AnswerJudge:
        if question.judging == "symbolic":
            assert self._jail is not None, "there is one of our own where none was given"
            return SymbolicJudge(Maths(self._jail))
        if self._web is None:
            raise ProbeError(
                f"Question {question.id!r} is judged by the pocket web, and this probe has none. "
                "Judge it as exact, number or symbolic."
            )
        return WorldJudge(self._web)


def judges_for(
    web: Web | None, *, free: AnswerJudge | None = None, jail: Jail | None = None
) -> Judges:
    """One judge for questions of all kinds; see ``Judges``."""
    return Judges(web, free=free, jail=jail)
