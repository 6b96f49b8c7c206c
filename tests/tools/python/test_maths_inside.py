"""Symbolic maths in the jail, on text that nobody vouches for."""

from __future__ import annotations

import json

import pytest

from tools.python import Jail


@pytest.mark.parametrize(
    ("function", "text", "answer"),
    [
        ("solve", "x**2 = 4", "x = -2; x = 2"),
        ("solve", "x^2 - 4", "x = -2; x = 2"),
        ("solve", "2x + 3 == 7", "x = 2"),
        ("solve", "x + y = 3, x - y = 1", "x = 2, y = 1"),
        ("solve", "x + y = 3\nx - y = 1", "x = 2, y = 1"),
        ("solve", "a*x = b; x", "x = b/a"),
        ("solve", "x = x + 1", "no solution"),
        ("solve", "N^2 = 9", "N = -3; N = 3"),
        ("simplify", "sin(x)^2 + cos(x)^2", "1"),
        ("simplify", "$(x^2 - 1)/(x - 1)$", "x + 1"),
        ("simplify", "0.1 + 0.2", "3/10"),
    ],
)
def test_answers(jail: Jail, function: str, text: str, answer: str) -> None:
    result = jail.call(function, text)

    assert (result.kind, result.output) == ("ok", answer)


PAIRS: list[tuple[str, str, bool | None]] = [
    ("1/2", "0.5", True),
    ("x = 3", "3", True),
    ("2*(x + 1)", "2x + 2", True),
    ("sqrt(8)", "2*sqrt(2)", True),
    ("(1, 2)", "1, 2", True),
    ("1,000", "1000", True),
    ("7.", "7", True),
    ("3", "4", False),
    ("x", "y", False),
    ("1, 2", "1", False),
    ("1, 2", "1, 3", False),
    ("what is this?", "3", None),
    ("", "3", None),
    ("__import__('os').getcwd()", "3", None),
]


def test_equal_says_true_false_or_that_it_does_not_know(jail: Jail) -> None:
    pairs = [[left, right] for left, right, _ in PAIRS]

    many = jail.call("equal_many", json.dumps(pairs))

    assert json.loads(many.output) == [verdict for _, _, verdict in PAIRS]
    assert jail.call("equal", json.dumps(pairs[0])).output == "true"


@pytest.mark.parametrize(
    ("function", "argument", "error"),
    [
        ("solve", "1 = 1", "no variable"),
        ("solve", "a = b = c", "more than one equals sign"),
        ("solve", "", "no variable"),
        ("simplify", "x +", "cannot be read"),
        ("simplify", "open('/etc/passwd').read()", "cannot be read"),
        ("simplify", "1" * 3000, "3000 characters"),
        ("simplify", "__import__('os').system('id')", "cannot be read"),
        ("equal", "[1, 2]", "two texts"),
        ("equal", "nonsense", "JSONDecodeError"),
        ("no_such", "", "KeyError"),
    ],
)
def test_what_cannot_be_read_is_said(jail: Jail, function: str, argument: str, error: str) -> None:
    result = jail.call(function, argument)

    assert result.kind == "error"
    assert error in result.error


def test_it_has_the_bounds_of_a_program() -> None:
    with Jail(timeout_s=1.0, memory_mb=64) as jail:
        if jail.tier is None:
            pytest.skip("no jail on this machine")
        assert jail.call("simplify", "9**9**9").kind in ("timeout", "limit", "error")
        assert jail.call("simplify", "factorial(10**9)").kind in ("timeout", "limit", "ok")
