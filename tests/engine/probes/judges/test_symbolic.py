"""Expressions: where they stand in an answer, and that nothing of them runs outside the jail."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from engine.errors import ProbeError
from engine.probes.judges import SymbolicJudge, judges_for
from engine.probes.judges.symbolic import expressions_in
from engine.probes.question import Question
from tools.maths import Maths
from tools.python import Jail
from tools.result import Kind, ToolResult


class ScriptedJail:
    """Says what a test wants, and keeps what it was asked."""

    def __init__(self, output: str = "null", kind: Kind = "ok") -> None:
        self.asked: list[list[str]] = []
        self._result = ToolResult(kind=kind, output=output, error="no jail here")

    def call(self, function: str, argument: str) -> ToolResult:
        self.asked.append(json.loads(argument))
        return self._result


@pytest.fixture(scope="module")
def judge() -> Iterator[SymbolicJudge]:
    with Jail(timeout_s=30.0) as jail:
        yield SymbolicJudge(Maths(jail))


def ask(answer: str | None, *aliases: str) -> Question:
    return Question(
        id="q", text="What is (x + 1)^2?", answer=answer, aliases=aliases, judging="symbolic"
    )


SQUARE = ask("x**2 + 2*x + 1")


@pytest.mark.parametrize(
    ("question", "answer", "outcome"),
    [
        (SQUARE, "(x + 1)^2", "correct"),
        (SQUARE, "It is x^2 + 2x + 1.", "correct"),
        (SQUARE, "The answer is $1 + 2x + x^2$.", "correct"),
        (SQUARE, "(x+1)^2 = (x+1)(x+1) = x^2 + x + x + 1", "correct"),
        (SQUARE, "So \\boxed{(x+1)^2}, not x.", "correct"),
        (SQUARE, "x^2 + 1", "wrong"),
        (SQUARE, "\\boxed{x^2 + 1}", "wrong"),
        (SQUARE, "I do not know what (x + 1)^2 is.", "abstained"),
        (SQUARE, "__import__('os').system('touch /tmp/owned')", "wrong"),
        (SQUARE, "", "wrong"),
        (SQUARE, "(" * 3000, "wrong"),
        (ask("3", "three"), "x = 3", "correct"),
        (ask(None), "x^2 + 2x + 1", "wrong"),
    ],
)
def test_outcomes(judge: SymbolicJudge, question: Question, answer: str, outcome: str) -> None:
    assert judge.judge(question, answer).outcome == outcome


def test_an_answer_without_end_is_wrong_when_its_time_is_up() -> None:
    with Jail(timeout_s=1.0) as jail:
        assert SymbolicJudge(Maths(jail)).judge(SQUARE, "9**9**9**9").outcome == "wrong"


def test_right_answers_share_a_value(judge: SymbolicJudge) -> None:
    values = {judge.judge(SQUARE, text).value for text in ("(x+1)^2", "x^2+2x+1", "1+x*(x+2)")}
    assert values == {"x**2+2*x+1"}
    assert judge.judge(SQUARE, "x ^ 2").value == judge.judge(SQUARE, "x**2").value == "x**2"


@pytest.mark.parametrize(
    ("answer", "first"),
    [
        ("\\boxed{\\frac{1}{2}}", "\\frac{1}{2}"),
        ("The answer is x + 1, because x = 3.", "x + 1"),
        ("We get $x$ and then $y$.", "y"),
        ("a = b = c", "c"),
        ("one line\nx + 1", "x + 1"),
        ("  \n ", None),
    ],
)
def test_where_an_expression_stands(answer: str, first: str | None) -> None:
    found = expressions_in(answer)
    assert (found[0] if found else None) == first


def test_what_cannot_be_told_is_wrong_and_asked_once() -> None:
    jail = ScriptedJail("null")
    judge = SymbolicJudge(Maths(jail))
    for _ in range(3):
        assert judge.judge(SQUARE, "x + y").outcome == "wrong"
    assert jail.asked == [["x**2 + 2*x + 1", "x + y"]]


def test_an_answer_that_crashes_the_jail_is_only_wrong() -> None:
    for kind in ("crashed", "timeout", "limit", "error"):
        assert SymbolicJudge(Maths(ScriptedJail(kind=kind))).judge(SQUARE, "y").outcome == "wrong"


def test_without_a_jail_nothing_is_judged() -> None:
    with pytest.raises(ProbeError, match="no jail here"):
        SymbolicJudge(Maths(ScriptedJail(kind="unavailable"))).judge(SQUARE, "y")


def test_numbers_need_no_jail() -> None:
    jail = ScriptedJail()
    assert SymbolicJudge(Maths(jail)).judge(ask("0.5"), "1/2").outcome == "correct"
    assert jail.asked == []


def test_the_judge_of_all_kinds_takes_a_jail() -> None:
    jail = ScriptedJail("true")
    assert judges_for(None, jail=jail).judge(SQUARE, "y").outcome == "correct"
    assert jail.asked
