"""Numbers as people read them: thin groups, few digits, and a unit."""

from __future__ import annotations

import contextlib
import math

_MULTIPLES = ((1e9, "G"), (1e6, "M"), (1e3, "k"))


def grouped(value: int) -> str:
    """An integer with a narrow space between thousands: ``12 408``."""
    return f"{value:,}".replace(",", " ")


def scaled(value: float, digits: int = 3) -> str:
    """A number to ``digits`` significant figures with k, M or G: ``2.82 M``, ``412``."""
    for size, unit in _MULTIPLES:
        if abs(value) >= size:
            return f"{_significant(value / size, digits)} {unit}"
    return _significant(value, digits)


def _significant(value: float, digits: int) -> str:
    whole = len(str(int(abs(value))))
    return f"{value:.{max(0, digits - whole)}f}"


def megabytes(value: int) -> str:
    """A number of bytes in MB: ``212 MB``."""
    return f"{value / 1e6:.0f} MB"


def duration(seconds: float) -> str:
    """A wait or a duration: ``31 ms``, ``2.4 s``, ``3:12``, ``1:04:09``."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def number(value: float) -> str:
    """A metric with three decimals at most and no trailing noise: ``0.61``, ``12 408``."""
    if value == int(value) and abs(value) >= 10:
        return grouped(int(value))
    if abs(value) >= 100:
        return f"{value:.1f}"
    if value and abs(value) < 0.001:
        return f"{value:.1e}"
    return f"{value or 0.0:.3f}".rstrip("0").rstrip(".")  # Not "-0".


def finite(value: object) -> float | None:
    """A number that a file may hold, or None where it holds something else."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        with contextlib.suppress(OverflowError):  # a whole number beyond all floats
            return float(value) if math.isfinite(value) else None
    return None


def fitted(text: str, width: int) -> str:
    """``text`` cut to ``width`` characters with an ellipsis."""
    return text if len(text) <= width else text[: max(0, width - 1)] + "…"


def squeezed(text: str, width: int) -> str:
    """``text`` cut in the middle, as a long model name says most at its ends: ``org/Mis…-2506``."""
    if len(text) <= width:
        return text
    tail = (width - 1) // 2
    return f"{text[: width - 1 - tail]}…{text[len(text) - tail :]}"
