"""Symbolic maths on expressions that a model wrote: sympy's parser uses eval, hence in here.

Each function takes and returns text. What cannot be read or decided is a ``ValueError`` with a
sentence, or null, never a guess.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import sympy
from sympy.parsing.sympy_parser import (
    convert_xor,
    implicit_multiplication,
    parse_expr,
    rationalize,
    standard_transformations,
)

_MAX_CHARS = 2_000
_READING = (*standard_transformations, convert_xor, implicit_multiplication, rationalize)
# Single letters that sympy takes for functions or constants are variables in a problem's text.
_LETTERS = {letter: sympy.Symbol(letter) for letter in "CNOQSZ"}
# All of sympy and nothing of Python, so that an answer cannot call what is no mathematics.
_NAMES: dict[str, object] = {
    **{name: getattr(sympy, name) for name in sympy.__all__},
    "abs": sympy.Abs,
    "max": sympy.Max,
    "min": sympy.Min,
    "__builtins__": {},
}
_THOUSANDS = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?")
_EQUALS = re.compile(r"(?<![<>=!])==?(?!=)")


def solve(text: str) -> str:
    """Solutions of ``"x**2 = 4"`` or ``"x + y = 3, x - y = 1"``; after a semicolon, for what.

    Raises:
        ValueError: it cannot be read, or has no variable.
    """
    equations, _, wanted = text.partition(";")
    system = [_equation(part) for part in _split(equations)]
    symbols = [sympy.Symbol(name.strip()) for name in wanted.split(",") if name.strip()]
    if not symbols:
        free = set().union(*(each.free_symbols for each in system))
        symbols = sorted(free, key=lambda symbol: symbol.name)
    if not symbols:
        raise ValueError("there is no variable to solve for")
    # Of a system of one sympy says "no solution" where of the equation itself it finds some.
    found = sympy.solve(system if len(system) > 1 else system[0], symbols, dict=True)
    if not found:
        return "no solution"
    return "; ".join(
        ", ".join(f"{symbol} = {answer[symbol]}" for symbol in symbols if symbol in answer)
        for answer in sorted(found, key=str)
    )


def simplify(text: str) -> str:
    """A simpler form of an expression.

    Raises:
        ValueError: it cannot be read.
    """
    return str(sympy.simplify(_expression(text)))


def equal(text: str) -> str:
    """Whether two answers, a JSON list of two texts, are the same: ``true``, ``false``, ``null``.

    Raises:
        ValueError: it is no list of two texts.
    """
    return json.dumps(_same(json.loads(text)))


def equal_many(text: str) -> str:
    """The same for a JSON list of pairs: a JSON list of true, false and null.

    Raises:
        ValueError: it is no list of lists of two texts.
    """
    return json.dumps([_same(pair) for pair in json.loads(text)])


FUNCTIONS: dict[str, Callable[[str], str]] = {
    "solve": solve,
    "simplify": simplify,
    "equal": equal,
    "equal_many": equal_many,
}
"""What the lab can call by name."""


def exercise() -> None:
    """Use what programs use, so that children inherit modules and caches that are warm."""
    x, y = sympy.symbols("x y")
    sympy.factor(sympy.expand((x + 1) ** 3 * (x - 2)))
    sympy.integrate(sympy.sin(x) * x, x)
    sympy.diff(sympy.exp(x**2), x)
    sympy.limit(sympy.sin(x) / x, x, 0)
    sympy.Matrix([[1, 2], [3, 4]]).inv()
    sympy.N(sympy.sqrt(2), 30)
    sympy.factorint(360)
    sympy.isprime(10**9 + 7)
    sympy.series(sympy.exp(x), x, 0, 4)
    str(sympy.Sum(y, (y, 1, 10)).doit())
    solve("x**2 + 3x = 4")
    solve("x + y = 3, x - y = 1")
    simplify("sin(t)^2 + cos(t)^2")
    equal('["1/2", "0.5"]')


def _same(pair: object) -> bool | None:
    if not isinstance(pair, list) or len(pair) != 2 or not all(isinstance(p, str) for p in pair):
        raise ValueError("equal takes two texts")
    if _plain(pair[0]) == _plain(pair[1]):
        return True
    try:
        left, right = (_parts(text) for text in pair)
    except ValueError:
        return None
    if len(left) != len(right):
        return False
    verdicts = [_same_value(a, b) for a, b in zip(left, right, strict=True)]
    if False in verdicts:
        return False
    return None if None in verdicts else True


def _same_value(left: sympy.Expr, right: sympy.Expr) -> bool | None:
    if left == right:
        return True
    if isinstance(left, sympy.Rel) or isinstance(right, sympy.Rel):
        return None
    verdict = left.equals(right)
    return None if verdict is None else bool(verdict)


def _parts(text: str) -> list[sympy.Expr]:
    """The values of an answer: ``x = 3``, ``(1, 2)`` and ``1/2`` have one, two and one."""
    text = _plain(text)
    parts = _split(text)
    if not parts:
        raise ValueError("there is no answer")
    if len(parts) == 1 and text[0] in "([{" and text[-1] in ")]}":
        inner = _split(text[1:-1])
        parts = inner if len(inner) > 1 else parts
    return [_expression(part.split("=")[-1]) for part in parts]


def _split(text: str) -> list[str]:
    """At the commas and line ends that stand outside of brackets."""
    text = text.strip()
    parts, depth, begun = [], 0, 0
    for i, char in enumerate(text):
        depth += (char in "([{") - (char in ")]}")
        if char in ",\n" and depth == 0:
            parts.append(text[begun:i])
            begun = i + 1
    return [part for part in [*parts, text[begun:]] if part.strip()]


def _equation(text: str) -> sympy.Expr:
    """What is to be solved: both sides as they are, or an expression that is to be zero."""
    sides = _EQUALS.split(text)
    if len(sides) > 2:
        raise ValueError(f"more than one equals sign in {text.strip()!r}")
    values = [_expression(side) for side in sides]
    return sympy.Eq(*values, evaluate=False) if len(values) == 2 else values[0]


def _expression(text: str) -> sympy.Expr:
    text = _plain(text)
    if not text:
        raise ValueError("there is no expression")
    if len(text) > _MAX_CHARS:
        raise ValueError(f"an expression of {len(text)} characters, {_MAX_CHARS} are read")
    try:
        value = parse_expr(text, dict(_LETTERS), transformations=_READING, global_dict=dict(_NAMES))
    except Exception as error:
        # The text is evaluated: it may raise whatever it names.
        raise ValueError(f"{text!r} cannot be read ({type(error).__name__})") from error
    if not isinstance(value, sympy.Basic):
        raise ValueError(f"{text!r} is no expression")
    return value


def _plain(text: str) -> str:
    text = text.strip().strip("$").rstrip(".").replace("×", "*").replace("÷", "/").strip()
    return text.replace(",", "") if _THOUSANDS.fullmatch(text) else text
