"""From text to a syntax tree: how people and models write sums, and what is refused by sight.

``ast.parse`` only ever sees the few characters that arithmetic needs, and no more of them, nor
deeper nested, than it can take.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from tools.tool import ToolError

MAX_CHARS = 500
MAX_NODES = 400
MAX_DEPTH = 100

_SIGNS = str.maketrans(
    {"×": "*", "·": "*", "⋅": "*", "÷": "/", "−": "-", "–": "-", "π": " pi ", "^": "**"}
)
_FOREIGN = re.compile(r"[^0-9A-Za-z_ +\-*/%().,=]")
_THOUSANDS = re.compile(r"(?<![\d.])\d{1,3}(?:,\d{3})+(?!\d)")
_OTHER_BASE = re.compile(r"(?<![\w.])0[xX][0-9a-fA-F]+")
# An x is a times sign only where no unknown could be meant: "3x4", "3 x (4)", "2 x pi" and
# "3 x -4", but neither "2x + 1" nor "x * 2".
_TIMES = re.compile(
    r"(?P<left>[\d).]|[A-Za-z](?= ))(?: *[xX](?= *[\d(.])| *[xX](?= +[A-Za-z])| +[xX](?= +[+-]\d))"
)
_LEADING_ZEROS = re.compile(r"(?<![\w.])0+(?=\d)")
# Atomic: the letter of an exponent ("1e5") is part of the number.
_NO_SIGN = re.compile(
    r"(?<![\w.])(?P<number>(?>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?))(?=[A-Za-z_])"
)


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression that could be read; what stands in it has not been looked at yet."""

    text: str
    """ASCII; the places that the tree's nodes give count its characters."""
    tree: ast.expr
    has_decimals: bool
    """Whether a number in it has a decimal point or exponent."""


def read(text: str) -> Expression:
    """Read an expression.

    Besides Python's signs ``×``, ``x`` between two numbers, ``÷`` and ``^`` (a power) are read,
    and a ``=`` at the end is left out.

    Raises:
        ToolError: it is none, or too long or too deeply nested.
    """
    if len(text) > MAX_CHARS:
        raise ToolError(f"{len(text)} characters are too many (most: {MAX_CHARS})", kind="limit")
    plain = _normalised(text)
    try:
        tree = ast.parse(plain, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise ToolError("this is no expression that can be calculated") from error
    _check_size(tree)
    decimals = any(isinstance(n, ast.Constant) and type(n.value) is float for n in ast.walk(tree))
    return Expression(plain, tree, decimals)


def _normalised(text: str) -> str:
    plain = " ".join(text.translate(_SIGNS).split())
    plain = plain.removesuffix("?").rstrip().removesuffix("=").rstrip()
    if not plain:
        raise ToolError("there is nothing to calculate")
    if foreign := _FOREIGN.search(plain):
        raise ToolError(f"{foreign[0]!r} has no meaning here")
    if "=" in plain:
        raise ToolError("'=' may stand at the end only: write one expression")
    if found := _THOUSANDS.search(plain):
        joined, apart = found[0].replace(",", ""), found[0].replace(",", ", ")
        raise ToolError(f"{found[0]} is unclear: write {joined}, or {apart} for several numbers")
    if found := _OTHER_BASE.search(plain):
        raise ToolError(f"{found[0]} is unclear: write numbers in decimal, and * for times")
    # Twice, as two times signs may share the number between them.
    plain = _TIMES.sub(r"\g<left> * ", _TIMES.sub(r"\g<left> * ", plain))
    plain = _LEADING_ZEROS.sub("", plain)
    if found := _NO_SIGN.search(plain):
        raise ToolError(f"a sign is missing after {found['number']}: write * for times")
    return plain


def _check_size(tree: ast.expr) -> None:
    """Level by level, so that no depth can exhaust the stack here."""
    level: list[ast.AST] = [tree]
    nodes = depth = 0
    while level:
        nodes, depth = nodes + len(level), depth + 1
        if nodes > MAX_NODES or depth > MAX_DEPTH:
            raise ToolError("this expression has too many parts", kind="limit")
        level = [child for node in level for child in ast.iter_child_nodes(node)]
