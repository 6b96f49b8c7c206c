"""Text from anywhere made plain: what a page or a program printed, before anybody reads it."""

from __future__ import annotations

import re
import unicodedata

# Colours, cursor movements, titles and hyperlinks of terminals: CSI, OSC and DCS sequences, and the
# two-character ones.
_ANSI = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x9b[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]?"
)
CUT = " ..."
"""What stands where text was cut."""


def sanitised(text: str, max_chars: int) -> tuple[str, bool]:
    """``text`` without terminal sequences, control characters, bidirectional and other invisible
    controls, at most ``max_chars`` long; and whether it was cut.

    Newlines and tabs stay. Half characters (lone surrogates) become U+FFFD.
    """
    # Twice as much as can be shown is looked at: a program may print for ever.
    head = text[: 2 * max_chars + 100]
    plain = "".join(_plain(c) for c in _ANSI.sub("", head.replace("\r\n", "\n")))
    cut = len(head) < len(text) or len(plain) > max_chars
    plain = plain.strip()
    return (plain[: max(0, max_chars - len(CUT))].rstrip() + CUT)[:max_chars] if cut else plain, cut


def sanitised_line(text: str, max_chars: int) -> str:
    """``text`` sanitised, and on one line: its white space made single spaces."""
    return " ".join(sanitised(text, max_chars)[0].split())


def _plain(char: str) -> str:
    if char in "\n\t":
        return char
    category = unicodedata.category(char)
    if category == "Cs":
        return "\ufffd"
    # Cc: C0 and C1; Cf: bidi controls, zero-width joiners, tags; Co and Cn have no agreed looks.
    if category in ("Cc", "Cf", "Co", "Cn"):
        return ""
    return "\n" if category in ("Zl", "Zp") else char
