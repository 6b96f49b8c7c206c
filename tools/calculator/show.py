"""How a result is written: whole numbers plainly, fractions with their decimals beside them."""

from __future__ import annotations

from decimal import ROUND_DOWN, Context, Decimal
from fractions import Fraction

from tools.calculator.numbers import Number

MAX_DIGITS = 150
"""Of a whole number. A model reads a digit a token, and a number that is cut is a wrong one."""
MAX_PLACES = 30
MAX_HALF = 10**9
"""A fraction with more above or below the line says nothing to anybody."""
_FLOAT = ".12g"
_SHORT = Context(prec=10, rounding=ROUND_DOWN)


def show(value: Number, *, as_decimal: bool = False) -> str:
    """``85``, ``1/2 = 0.5``, ``1/3 = 0.3333333333...``, ``1.41421356237``.

    Args:
        value: to write.
        as_decimal: where decimals went in they come out: ``0.5`` instead of ``1/2 = 0.5``.
    """
    if isinstance(value, float):
        return _float(value)
    if value.denominator == 1:
        return _whole(value.numerator)
    places = _decimal_places(value)
    decimal = _cut_decimal(value) if places is None else _whole_decimal(value, places)
    simple = max(abs(value.numerator), value.denominator) <= MAX_HALF
    if not simple or (as_decimal and places is not None):
        return decimal
    return f"{value.numerator}/{value.denominator} = {decimal}"


def _float(value: float) -> str:
    return format(value + 0.0, _FLOAT)  # + 0.0: no -0


def _whole(value: int) -> str:
    digits = str(value)
    n = len(digits.lstrip("-"))
    if n <= MAX_DIGITS:
        return digits
    return f"about {_power_of_ten(_SHORT.create_decimal(value))} ({n} digits)"


def _decimal_places(value: Fraction) -> int | None:
    """How many ``value`` has; None where they never end or nobody would read them all."""
    rest, places = value.denominator, 0
    while rest != 1 and places < MAX_PLACES:
        places += 1
        rest //= next((f for f in (10, 5, 2) if rest % f == 0), 1)
    return places if rest == 1 else None


def _whole_decimal(value: Fraction, places: int) -> str:
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    return f"{'-' * (value < 0)}{digits[:-places]}.{digits[-places:]}"


def _cut_decimal(value: Fraction) -> str:
    cut = _SHORT.divide(Decimal(value.numerator), Decimal(value.denominator))
    # Far from 1 the power of ten comes behind, and dots within a number would be odd.
    return f"{cut:f}..." if -7 <= cut.adjusted() < 16 else _power_of_ten(cut)


def _power_of_ten(value: Decimal) -> str:
    return format(value.normalize(_SHORT), "e")
