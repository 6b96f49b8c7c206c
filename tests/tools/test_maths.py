"""Symbolic maths: what is told without a process, what goes to the jail, and what comes back."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.maths import MAX_CHARS, Maths
from tools.python import Jail, Tier
from tools.result import Kind, ToolResult


class ScriptedJail:
    """Answers from a table and remembers what it was asked."""

    def __init__(self, output: str = "null", kind: Kind = "ok") -> None:
        self.asked: list[tuple[str, object]] = []
        self._result = ToolResult(kind=kind, output=output)
        self._lock = threading.Lock()

    def call(self, function: str, argument: str) -> ToolResult:
        with self._lock:
            self.asked.append((function, json.loads(argument) if "equal" in function else argument))
        return self._result


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("85", "85", True),
        ("85", "86", False),
        (" 85 ", "85", True),
        ("085", "85", True),
        ("+5", "5", True),
        ("-5", "5", False),
        ("0.5", "1/2", True),
        (".5", "0.50", True),
        ("5.", "5", True),
        ("1/3", "2/6", True),
        ("1/3", "0.3333333333", False),
        ("1,234", "1234", True),
        ("1,234,567.5", "1234567.5", True),
        ("-0", "0", True),
        ("1" * 60, "1" * 60, True),
    ],
)
def test_plain_numbers_need_no_jail(a: str, b: str, same: bool) -> None:
    jail = ScriptedJail()
    assert Maths(jail).equal(a, b) is same
    assert Maths(jail).equal(b, a) is same
    assert jail.asked == []


@pytest.mark.parametrize(
    "text",
    ["x", "1/0", "", "1,23", "12,34", "1 2", "1e5", "2**3", "sqrt(4)", "1/2/3", "٣", "0x10", "1_0",
     "--1", "1/-2", ",123", "1,234,56", "9" * 61, "nan", "inf", "True"],
)  # fmt: skip
def test_all_else_goes_to_the_jail(text: str) -> None:
    jail = ScriptedJail()
    assert Maths(jail).equal(text, "8") is None
    assert jail.asked == [("equal", [text, "8"])]


@pytest.mark.parametrize(
    ("output", "kind", "answer"),
    [
        ("true", "ok", True),
        ("false", "ok", False),
        ("null", "ok", None),
        ("anything", "ok", None),
        ("true", "error", None),
        ("true", "timeout", None),
        ("", "unavailable", None),
    ],
)
def test_what_the_jail_says_counts_only_where_it_got_that_far(
    output: str, kind: Kind, answer: bool | None
) -> None:
    assert Maths(ScriptedJail(output, kind)).equal("x", "y") is answer


def test_solve_and_simplify_hand_one_text_over() -> None:
    jail = ScriptedJail("[-2, 2]")
    maths = Maths(jail)
    assert maths.solve("x**2 - 4 = 0").output == "[-2, 2]"
    assert maths.simplify("sin(t)^2 + 1.5x_1\n").ok
    assert jail.asked == [("solve", "x**2 - 4 = 0"), ("simplify", "sin(t)^2 + 1.5x_1\n")]


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os')",
        "x.__class__",
        "x. __class__",
        "(1).real",
        "sympy.sqrt(2)",
        "'text'",
        '"text"',
        "`text`",
        "lambda x: x",
        "eval(x)",
        "exec (x)",
        "chr(95)",
        "getattr(x, y)",
        "x _ _ y",
        "x # y",
        "\\frac{1}{2}",
        "(x := 3)",
    ],
)
def test_a_program_is_no_expression(text: str) -> None:
    jail = ScriptedJail("true")
    maths = Maths(jail)
    assert maths.simplify(text).kind == "error"
    assert maths.equal(text, "8") is None
    assert maths.equal("8", text) is None
    assert jail.asked == []


@pytest.mark.parametrize("texts", [("x" * (MAX_CHARS + 1),), ("x", "y" * (MAX_CHARS + 1))])
def test_what_is_too_long_goes_nowhere(texts: tuple[str, ...]) -> None:
    jail = ScriptedJail()
    maths = Maths(jail)
    result = maths.compare(*texts) if len(texts) == 2 else maths.solve(*texts)
    assert result.kind == "limit"
    assert jail.asked == []


def test_many_pairs_keep_their_order_and_are_asked_once() -> None:
    jail = ScriptedJail("true")
    pairs = [("x", "x + 0"), ("1", "2"), ("x", "x + 0"), ("1/2", "0.5")] * 50
    assert Maths(jail).equal_many(pairs) == [True, False, True, True] * 50
    assert jail.asked == [("equal", ["x", "x + 0"])]
    assert Maths(jail).equal_many([]) == []


# -- In the jail -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def maths() -> Iterator[Maths]:
    jail = Jail(timeout_s=60)  # as a busy machine may need
    if jail.tier is None or jail.tier is Tier.MONTY:
        pytest.skip("no jail with sympy on this machine")
    yield Maths(jail)
    jail.close()


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("2x + 1", "1 + 2*x", True),
        ("sqrt(8)", "2*sqrt(2)", True),
        ("(x+1)^2", "x^2 + 2x + 1", True),
        ("x = 3", "3", True),
        ("(1, 2)", "(1,2)", True),
        ("[1, 2]", "[2, 1]", False),
        ("x", "x + 1", False),
        ("abs(-3)", "3", True),
        ("1e5", "100000", True),
        ("(x", "x", None),
        ("open(1)", "1", False),
        ("print(1)", "1", False),
        ("print_ccode(true)", "1", None),
        ("pprint(true)", "1", None),
    ],
)
def test_equal(maths: Maths, a: str, b: str, same: bool | None) -> None:
    assert maths.equal(a, b) is same


@pytest.mark.parametrize(
    ("text", "solutions"),
    [
        ("x**2 - 4 = 0", "x = -2; x = 2"),
        ("2x + 3 = 7", "x = 2"),
        ("x + y = 3, x - y = 1", "x = 2, y = 1"),
        ("sqrt(x) = -1", "no solution"),
    ],
)
def test_solve(maths: Maths, text: str, solutions: str) -> None:
    assert maths.solve(text).output == solutions


def test_what_has_no_formula_is_not_without_solution(maths: Maths) -> None:
    assert "CRootOf" in maths.solve("x**5 - x - 1 = 0").output


@pytest.mark.parametrize("text", ["3 = 3", "1 +", "x > 2", "cos(x) = x"])
def test_what_cannot_be_solved_is_a_line(maths: Maths, text: str) -> None:
    result = maths.solve(text)
    assert result.kind == "error"
    assert result.error
    assert "\n" not in result.error
    assert not result.error.startswith("ValueError")


def test_many_in_the_jail(maths: Maths) -> None:
    pairs = [(f"{i}*x", f"x*{i % 7}") for i in range(14)]
    assert maths.equal_many(pairs) == [i < 7 for i in range(14)]


@given(st.integers(), st.integers())
def test_whole_numbers_are_equal_when_they_are(a: int, b: int) -> None:
    jail = ScriptedJail()
    assert Maths(jail).equal(str(a), f"{a:,}") is True
    assert Maths(jail).equal(str(a), str(b)) is (a == b)


@given(st.text(max_size=30), st.text("0123456789+-.,/ ", max_size=12))
def test_no_text_makes_it_raise(a: str, b: str) -> None:
    assert Maths(ScriptedJail()).equal(a, b) in (True, False, None)
