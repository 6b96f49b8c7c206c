"""Each question goes to the judge of its kind."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from engine.data.web import web_of
from engine.data.world import PICO_WORLD
from engine.errors import ProbeError
from engine.probes.judges import Verdict, judge_all, judges_for
from engine.probes.question import JUDGINGS, Judging, Question


class BatchOnly:
    """Judges all as correct, and counts how often it was asked."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []

    def judge(self, question: Question, answer: str) -> Verdict:
        return self.judge_many([(question, answer)])[0]

    def judge_many(self, asked: Sequence[tuple[Question, str]]) -> list[Verdict]:
        self.calls.append([answer for _, answer in asked])
        return [Verdict("correct", answer) for _, answer in asked]


def ask(judging: Judging, answer: str) -> Question:
    return Question(
        id=judging, text="Which?", answer=answer, judging=judging, attribute="birthplace"
    )


def test_every_kind_has_its_judge() -> None:
    with judges_for(web_of(PICO_WORLD)) as judge:
        for judging in JUDGINGS:
            answer = "Dunbury" if judging == "world" else "7"
            assert judge.judge(ask(judging, answer), answer).outcome == "correct"
            assert judge.judge(ask(judging, answer), "I do not know.").outcome == "abstained"


def test_kinds_differ() -> None:
    with judges_for(None) as judge:
        assert judge.judge(ask("exact", "7"), "seven").outcome == "wrong"
        assert judge.judge(ask("number", "7"), "seven").outcome == "correct"


def test_a_world_question_needs_a_world() -> None:
    with judges_for(None) as judge, pytest.raises(ProbeError, match="'world' is judged by the"):
        judge.judge(ask("world", "Dunbury"), "Dunbury")


def test_mixed_answers_keep_their_order_and_free_ones_go_together() -> None:
    free = BatchOnly()
    with judges_for(None, free=free) as judge:
        asked = [
            (ask("exact", "a"), "x"),
            (ask("number", "7"), "7"),
            (ask("exact", "a"), "y"),
            (ask("number", "7"), "8"),
        ]
        verdicts = judge_all(judge, asked)
    assert [verdict.outcome for verdict in verdicts] == ["correct", "correct", "correct", "wrong"]
    assert free.calls == [["x", "y"]]
    assert judge_all(judge, []) == []
