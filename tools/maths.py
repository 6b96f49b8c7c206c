"""Symbolic maths on untrusted expressions: solving, simplifying, and whether two answers are equal.

sympy reads text with Python's own ``eval``, so it sees none outside the jail. What can be told
without it is: two plain numbers are compared here, exactly and without a process.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from typing import Protocol

from tools.result import ToolResult
from tools.sanitise import sanitised_line

MAX_CHARS = 1_000
"""Of one expression."""
_AT_ONCE = 4
"""Comparisons that wait for the jail at the same time."""

# What only a program needs: strings, attributes, private names, statements. The jail would contain
# it, but inside it an answer could still call itself equal to every other.
_NO_MATHS = re.compile(r"""['"`\\@#&:]|_\s*_|\.\s*[A-Za-z_]|\b(?:eval|exec|chr|getattr|lambda)\b""")
_NUMBER = re.compile(r"[+-]?(?:\d{1,60}(?:\.\d{0,60})?|\.\d{1,60})(?:/\d{1,60})?", re.ASCII)
_THOUSANDS = re.compile(r"(?<![\d.,])([+-]?\d{1,3}(?:,\d{3})+)(?![\d,])", re.ASCII)


class Jail(Protocol):
    """What is needed of ``tools.python.Jail``."""

    def call(self, function: str, argument: str) -> ToolResult:
        """Run one of the jail's own functions."""
        ...


class Maths:
    """Symbolic maths in a jail. Safe to use from several threads, as the jail is.

    Args:
        jail: where sympy runs.
    """

    def __init__(self, jail: Jail) -> None:
        self._jail = jail

    def solve(self, text: str) -> ToolResult:
        """The solutions of an equation such as ``x**2 - 4 = 0``."""
        return self._call("solve", text)

    def simplify(self, text: str) -> ToolResult:
        """An expression in its simplest form."""
        return self._call("simplify", text)

    def compare(self, a: str, b: str) -> ToolResult:
        """Whether two expressions are equal: the output is ``true``, ``false``, or ``null`` where
        that cannot be told.
        """
        plain = _equal_numbers(a, b)
        if plain is not None:
            return ToolResult(kind="ok", output=str(plain).lower())
        return self._call("equal", a, b)

    def equal(self, a: str, b: str) -> bool | None:
        """Whether two answers are equal; None where that could not be told: one is no expression,
        nobody knows, or the jail did not get that far.
        """
        result = self.compare(a, b)
        return {"true": True, "false": False}.get(result.output) if result.kind == "ok" else None

    def equal_many(self, pairs: Sequence[tuple[str, str]]) -> list[bool | None]:
        """``equal`` of each pair, in order: what a reward for thousands of answers uses. Pairs of
        the same two texts are compared once.
        """
        distinct = list(dict.fromkeys(pairs))
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="maths") as pool:
            found = dict(
                zip(distinct, pool.map(lambda pair: self.equal(*pair), distinct), strict=True)
            )
        return [found[pair] for pair in pairs]

    def _call(self, function: str, *texts: str) -> ToolResult:
        for text in texts:
            if len(text) > MAX_CHARS:
                why = f"{len(text)} characters are too many (most: {MAX_CHARS})"
                return ToolResult(kind="limit", error=why)
            if _NO_MATHS.search(text):
                return ToolResult(kind="error", error="this is no mathematical expression")
        result = self._jail.call(function, json.dumps(texts) if len(texts) > 1 else texts[0])
        # A ValueError is how the functions in the jail say a sentence; sympy's own have lines.
        error = sanitised_line(result.error.removeprefix("ValueError: "), 500)
        return dataclasses.replace(result, error=error)


def _equal_numbers(a: str, b: str) -> bool | None:
    """Whether two plain numbers are the same; None where one of them is not plainly a number."""
    left, right = _number(a), _number(b)
    return None if left is None or right is None else left == right


def _number(text: str) -> Fraction | None:
    """``85``, ``-1.50``, ``3/4``, ``1,234``; None for anything else, division by zero included."""
    plain = _THOUSANDS.sub(lambda found: found[1].replace(",", ""), text.strip())
    if not _NUMBER.fullmatch(plain):
        return None
    try:
        above, _, below = plain.partition("/")
        return Fraction(above) / Fraction(below or 1)
    except ZeroDivisionError:
        return None
