"""The calculator: exact arithmetic on what a model wrote, in this process, within bounds.

``reading`` turns text into a syntax tree and refuses what is no expression; ``evaluate`` walks the
tree over exact fractions and checks each step's cost before taking it; ``functions`` are the names
it knows; ``show`` writes the result. Nothing is ever evaluated by Python itself.
"""

from __future__ import annotations

from tools.calculator.evaluate import evaluate
from tools.calculator.reading import MAX_CHARS, read
from tools.calculator.show import show
from tools.tool import Tool, tool

__all__ = ["calc_tool", "calculate"]


def calculate(text: str) -> str:
    """The value of an expression such as ``(37 + 48) * 2``, written out.

    Raises:
        ToolError: it is no expression, has no value (``1/0``, ``sqrt(-1)``) or would cost too much.
    """
    expression = read(text)
    return show(evaluate(expression), as_decimal=expression.has_decimals)


def calc_tool() -> Tool:
    """The calculator as a tool."""

    @tool(
        name="calc",
        start="<|calc_start|>",
        end="<|calc_end|>",
        trust="pure",
        max_input_chars=MAX_CHARS,
    )
    def calc(text: str) -> str:
        """Calculate: + - * / // % ** and brackets, sqrt, round, min, max and the like; exactly."""
        return calculate(text)

    return calc
