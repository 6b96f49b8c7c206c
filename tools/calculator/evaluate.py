"""The walk over a syntax tree: a whitelist of nodes, nothing of which is ever run as Python."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable

from tools.calculator.functions import CONSTANTS, FUNCTIONS
from tools.calculator.numbers import Number, checked, literal, power, times, too_large
from tools.calculator.reading import Expression
from tools.tool import ToolError

_BINARY: dict[type[ast.operator], Callable[[Number, Number], Number | int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: times,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: power,
}


def evaluate(expression: Expression) -> Number:
    """The value of ``expression``.

    Raises:
        ToolError: it holds what is not arithmetic, has no value, or the numbers get too large.
    """
    try:
        return _value(expression.tree, expression.text)
    except ZeroDivisionError as error:
        raise ToolError("division by zero") from error
    except OverflowError as error:  # of a float
        raise too_large() from error


def _value(node: ast.expr, text: str) -> Number:
    match node:
        case ast.Constant(value=int() | float()) if not isinstance(node.value, bool):
            # Not the constant's own value: a float has forgotten what was written.
            return checked(literal(text[node.col_offset : node.end_col_offset]))
        case ast.UnaryOp(op=ast.USub()):
            return -_value(node.operand, text)
        case ast.UnaryOp(op=ast.UAdd()):
            return _value(node.operand, text)
        case ast.BinOp() if type(node.op) in _BINARY:
            left, right = _value(node.left, text), _value(node.right, text)
            return checked(_BINARY[type(node.op)](left, right))
        case ast.Name(id=name):
            return _constant(name)
        case ast.Call():
            return _call(node, text)
        case ast.Tuple():
            raise ToolError("write one expression, and numbers without commas")
    raise ToolError("only numbers, + - * / // % **, brackets and functions can be calculated")


def _constant(name: str) -> Number:
    if name in FUNCTIONS:
        raise ToolError(f"{name} needs brackets: {name}(...)")
    if name not in CONSTANTS:
        raise ToolError(f"{_shown(name)} is not known here: only numbers can be calculated")
    return CONSTANTS[name]


def _call(node: ast.Call, text: str) -> Number:
    if not isinstance(node.func, ast.Name):
        raise ToolError("a sign is missing before a bracket: write * for times")
    name = node.func.id
    function = FUNCTIONS.get(name)
    if function is None:
        known = ", ".join(FUNCTIONS)
        raise ToolError(f"there is no function {_shown(name)}; there are: {known}")
    if node.keywords or any(isinstance(each, ast.Starred) for each in node.args):
        raise ToolError(f"{name} takes plain numbers only")
    if not function.least <= len(node.args) <= function.most:
        raise ToolError(f"{name} does not take {len(node.args)} numbers")
    return checked(function.compute(*(_value(each, text) for each in node.args)))


def _shown(name: str) -> str:
    return repr(name if len(name) <= 20 else name[:20] + "...")
