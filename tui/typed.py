"""Numbers as people type them: Python's own reading also takes ``1_0``, ``nan`` and ``²``."""

from __future__ import annotations

import re

_WHOLE = re.compile(r"[+-]?[0-9]{1,300}")
_NUMBER = re.compile(r"[+-]?([0-9]{1,300}(\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]{1,9})?", re.IGNORECASE)


def whole_number(text: str) -> int | None:
    """The whole number that a text is, None where it is none."""
    return int(text) if _WHOLE.fullmatch(text) else None


def number(text: str) -> float | None:
    """The number that a text is, None where it is none; one beyond all bounds is infinite."""
    return float(text) if _NUMBER.fullmatch(text) else None


def quoted(text: str) -> str:
    """A text in a sentence about what was typed: in quotes, and short."""
    return repr(text) if len(text) <= 40 else f"{text[:39]!r} …"
