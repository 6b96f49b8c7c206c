"""Numbers of the calculator: exact fractions as far as possible, floats behind roots and the like.

A fraction has at most 4096 bits above and below the line. A product or power that would have more
is refused before it is computed; a sum has at most twice as many as its parts and is looked at
after.
"""

from __future__ import annotations

import math
from fractions import Fraction

from tools.tool import ToolError

MAX_BITS = 4096
MAX_EXPONENT = 1_000
"""Of a number written as 1e1000: ten to it has 3,322 bits."""

Number = Fraction | float


def bits(value: Fraction) -> int:
    """The larger size of the two halves of ``value``."""
    return max(value.numerator.bit_length(), value.denominator.bit_length())


def checked(value: Number | int) -> Number:
    """``value``, if it is finite and not too large.

    Raises:
        ToolError: it is.
    """
    if isinstance(value, float):
        if math.isnan(value):
            raise ToolError("the result is no number")
        if math.isinf(value):
            raise too_large()
        return value
    exact = Fraction(value)
    if bits(exact) > MAX_BITS:
        raise too_large()
    return exact


def too_large() -> ToolError:
    """What to raise for numbers beyond the bounds."""
    return ToolError("the numbers get too large", kind="limit")


def whole(value: Number, what: str) -> int:
    """``value`` as an int.

    Raises:
        ToolError: it is no whole number; ``what`` says whose argument it is.
    """
    if value != int(value):
        raise ToolError(f"{what} takes whole numbers only")
    return int(value)


def literal(text: str) -> Fraction:
    """A number as it stands in the text, exactly: ``0.1`` is one tenth.

    Raises:
        ToolError: its exponent is too large.
    """
    exponent = text.lower().partition("e")[2]
    if exponent and abs(int(exponent)) > MAX_EXPONENT:
        raise too_large()
    return Fraction(text)


def times(a: Number, b: Number) -> Number:
    """The product; its size is known before it is computed."""
    if isinstance(a, Fraction) and isinstance(b, Fraction) and bits(a) + bits(b) > MAX_BITS:
        raise too_large()
    return checked(a * b)


def power(base: Number, exponent: Number) -> Number:
    """``base ** exponent``: exact where the exponent is a whole number, else a float."""
    if isinstance(base, Fraction) and isinstance(exponent, Fraction) and exponent.denominator == 1:
        n = exponent.numerator
        # 0, 1 and -1 stay as small as they are.
        if base not in (-1, 0, 1) and bits(base) * abs(n) > MAX_BITS:
            raise too_large()
        return checked(base**n)
    if base < 0 and exponent != int(exponent):
        raise ToolError("a negative number has no real power that is not whole")
    if base == 0 and exponent < 0:
        raise ToolError("division by zero")
    return checked(math.pow(base, exponent))
