"""The names the calculator knows."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from tools.calculator.numbers import MAX_BITS, Number, bits, checked, too_large, whole
from tools.tool import ToolError

CONSTANTS: dict[str, float] = {"pi": math.pi, "e": math.e, "tau": math.tau}
MAX_DIGITS = 100
"""Of ``round``: its cost grows with ten to this."""
MAX_FACTORIAL = 500
"""Its factorial has 3,767 bits."""
_FLOAT_BITS = 1_000
"""A fraction with fewer above and below the line is a float that is neither infinite nor 0."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the calculator and how many numbers it takes."""

    compute: Callable[..., Number]
    least: int = 1
    most: int = 1


def _sqrt(value: Number) -> Number:
    if value < 0:
        raise ToolError("a negative number has no real square root")
    if isinstance(value, Fraction):
        above, below = math.isqrt(value.numerator), math.isqrt(value.denominator)
        if above * above == value.numerator and below * below == value.denominator:
            return Fraction(above, below)
    return math.sqrt(value)


def _round(value: Number, digits: Number = Fraction(0)) -> Number:
    """Halves go to the even neighbour, as in Python."""
    places = whole(digits, "round's second number")
    if abs(places) > MAX_DIGITS:
        raise ToolError(f"round takes at most {MAX_DIGITS} digits", kind="limit")
    return checked(round(Fraction(value), places))


def _gcd(*values: Number) -> Number:
    return Fraction(math.gcd(*(whole(value, "gcd") for value in values)))


def _lcm(*values: Number) -> Number:
    numbers = [whole(value, "lcm") for value in values]
    if sum(number.bit_length() for number in numbers) > MAX_BITS:
        raise too_large()
    return Fraction(math.lcm(*numbers))


def _factorial(value: Number) -> Number:
    n = whole(value, "factorial")
    if n < 0:
        raise ToolError("a negative number has no factorial")
    if n > MAX_FACTORIAL:
        raise too_large()
    return Fraction(math.factorial(n))


def _logarithm(compute: Callable[[float], float]) -> Callable[[Number], Number]:
    def log(value: Number) -> Number:
        if value <= 0:
            raise ToolError("only positive numbers have a logarithm")
        if isinstance(value, Fraction) and bits(value) > _FLOAT_BITS:
            return compute(value.numerator) - compute(value.denominator)
        return compute(float(value))

    return log


def _of_float(compute: Callable[[float], float]) -> Callable[[Number], Number]:
    return lambda value: compute(float(value))


_SEVERAL = MAX_BITS
"""More arguments than any expression can hold."""

FUNCTIONS: dict[str, Function] = {
    "sqrt": Function(_sqrt),
    "abs": Function(abs),
    "round": Function(_round, most=2),
    "floor": Function(lambda value: Fraction(math.floor(value))),
    "ceil": Function(lambda value: Fraction(math.ceil(value))),
    "min": Function(lambda *values: min(values), most=_SEVERAL),
    "max": Function(lambda *values: max(values), most=_SEVERAL),
    "gcd": Function(_gcd, most=_SEVERAL),
    "lcm": Function(_lcm, most=_SEVERAL),
    "factorial": Function(_factorial),
    "exp": Function(_of_float(math.exp)),
    "log": Function(_logarithm(math.log)),
    "ln": Function(_logarithm(math.log)),
    "log2": Function(_logarithm(math.log2)),
    "log10": Function(_logarithm(math.log10)),
    "sin": Function(_of_float(math.sin)),
    "cos": Function(_of_float(math.cos)),
    "tan": Function(_of_float(math.tan)),
}
