"""Text that cannot steer the terminal: what a model writes is shown, never obeyed.

Escape sequences, carriage returns and bidirectional overrides in a model's output would move the
cursor or reorder the screen. Each becomes a visible sign of known width instead, and so does half a
surrogate pair, which no terminal can be sent. Newlines stay: the caller breaks lines at them.
"""

from __future__ import annotations

import re

_UNSAFE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_VARIATION_SELECTORS = range(0xFE00, 0xFE10)


def _sign(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code == 0x09:
        return "⇥ "
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    if code in _VARIATION_SELECTORS:
        return ""  # They change a glyph's width in some terminals and not in others.
    return f"⟨{code:04X}⟩"


def visible(text: str) -> str:
    """``text`` with every control and invisible format character as a visible sign.

    >>> visible("a\\x1b[31mb\\tc")
    'a␛[31mb⇥ c'
    """
    if text.isascii() and text.isprintable():
        return text
    return _UNSAFE.sub(_sign, text)


def one_line(text: str) -> str:
    """``visible`` text with newlines as ``↵``: for labels, lists and the inspector."""
    return visible(text).replace("\n", "↵")
