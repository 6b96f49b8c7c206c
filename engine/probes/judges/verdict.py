"""What every judge takes and gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from engine.probes.question import Question
from engine.probes.record import Outcome


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement of one answer."""

    outcome: Outcome
    value: str
    """What the answer says in canonical form, "" if nothing; equal values mean the same."""
    readable: bool = True
    """False where a model that judges said nothing that is a verdict; the outcome is wrong then."""


class AnswerJudge(Protocol):
    """Judges answers one by one."""

    def judge(self, question: Question, answer: str) -> Verdict:
        """Hold ``answer`` against the truth that ``question`` holds."""
        ...


@runtime_checkable
class BatchJudge(AnswerJudge, Protocol):
    """A judge that is quicker with many answers at once."""

    def judge_many(self, asked: Sequence[tuple[Question, str]]) -> list[Verdict]:
        """The verdict on each pair of a question and an answer, in order."""
        ...


def judge_all(judge: AnswerJudge, asked: Sequence[tuple[Question, str]]) -> list[Verdict]:
    """All verdicts, in order; at once where the judge can do that."""
    if isinstance(judge, BatchJudge):
        return judge.judge_many(asked)
    return [judge.judge(question, answer) for question, answer in asked]
