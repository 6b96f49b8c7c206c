"""Every sign on the screen as an ASCII one, cell for cell, for terminals that have no others.

It is done in one place, on the finished lines: whatever a pane draws, a new one too, goes through
it. A model's and a page's text as well, so an accent is lost and an ideogram becomes ``??``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

SIGNS: Mapping[str, str] = {
    # Verdicts and states: each stays another one.
    **dict(zip("✓✗○●◌◐◆◇■□▮▯▪▫", "+xo*:%&$#_#_#_", strict=True)),
    **dict(zip("▸▾►▶▼▲◂◀△▽", ">v>>v^<<^v", strict=True)),
    **dict(zip("→←↑↓↵⏎⇥␣‡†›‹»«⟩⟨", "><^v$E>_!!><><><", strict=True)),
    **dict(zip("·•⋅…−–—‐‖×±≈≥≤≠°µ", "-*-~----=x~~><!'u", strict=True)),
    **dict(zip("“”„‘’‚", "\"\"\"'''", strict=True)),
    # Borders; heavy ones, which say where the focus is, are others than light ones.
    **dict.fromkeys("─╴╶╌┈╍", "-"),
    **dict.fromkeys("│╵╷├┤┊╎", "|"),
    **dict.fromkeys("┌┐╭╮", "."),  # not +, which says correct
    **dict.fromkeys("└┘╰╯", "'"),
    **dict.fromkeys("┬┴┼╪╫", "+"),
    **dict.fromkeys("━═╸╺", "="),
    **dict.fromkeys("┃║╹╻┏┓┗┛┣┫┳┻╋╔╗╚╝╠╣╦╩╬", "#"),
    **dict.fromkeys("┄┅", "."),
    **dict.fromkeys("┆┇", ":"),
    **dict(zip("▖▗▘▝▙▚▛▜▞▟", "..''######", strict=True)),
    # Bars, shades and sparks, from little to much.
    **dict(zip("▁▂▃▄▅▆▇█", "_.:-=+*#", strict=True)),
    **dict(zip("▏▎▍▌▋▊▉▐▕▔▀░▒▓", "||||###||^^.:#", strict=True)),
}
_CURVE = {
    # Which of a cell's four rows have dots: a line high or low in the cell, or one that climbs.
    **dict.fromkeys((0b0001, 0b0011), "'"),
    **dict.fromkeys((0b0010, 0b0100, 0b0110), "-"),
    **dict.fromkeys((0b1000, 0b1100), "."),
}
_CLIMBS = "|"
_WIDE = {"🔎": "> "}
"""Of the palette's field."""
_FIRST_BRAILLE, _LAST_BRAILLE = 0x2800, 0x28FF
_ROWS = ((0x01 | 0x08, 1), (0x02 | 0x10, 2), (0x04 | 0x20, 4), (0x40 | 0x80, 8))


class _Table(dict[int, str]):
    """For ``str.translate``: what is not yet in it is found once."""

    def __missing__(self, code: int) -> str:
        self[code] = sign = _sign(chr(code))
        return sign


_TABLE = _Table()


def in_ascii(text: str) -> str:
    """``text`` with an ASCII sign in every cell.

    >>> in_ascii("✓ 0.83 … 日本 café")
    '+ 0.83 ~ ???? cafe'
    """
    if text.isascii():
        return text
    signs, cells = text.translate(_TABLE), cell_len(text)
    # Several characters may be drawn as one, as in a family of people.
    return signs if len(signs) == cells else signs[:cells].ljust(cells)


def needs_ascii(environ: Mapping[str, str]) -> bool:
    """Whether a terminal with these variables can be taken to lack the lab's signs.

    Where nothing is said of the locale, as in most containers, the terminal is one of today.
    """
    if environ.get("TERM", "").startswith(("linux", "vt1", "vt2", "vt5")):
        return True  # Their fonts have a few hundred glyphs; no check mark and no braille.
    lang = environ.get("LC_ALL") or environ.get("LANG", "")
    ctype = environ.get("LC_CTYPE", "")
    # Python itself sets LC_CTYPE to a UTF-8 one where LANG is C, for the sake of its files.
    plain = lang.split(".")[0] in ("C", "POSIX") and "." not in lang
    locale = lang if environ.get("LC_ALL") or plain else ctype or lang
    return bool(locale) and "utf" not in locale.lower()


class AsciiFilter(LineFilter):
    """Lets nothing but ASCII through to the terminal."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Called by Textual for each line that is drawn anew."""
        return [
            segment if segment.text.isascii() else segment._replace(text=in_ascii(segment.text))
            for segment in segments
        ]


def _sign(character: str) -> str:
    cells = cell_len(character)
    if character in SIGNS:
        return SIGNS[character]
    if character in _WIDE:
        return _WIDE[character]
    code = ord(character)
    if _FIRST_BRAILLE <= code <= _LAST_BRAILLE:
        rows = sum(bit for dots, bit in _ROWS if (code - _FIRST_BRAILLE) & dots)
        return _CURVE.get(rows, _CLIMBS) if rows else " "
    base = unicodedata.normalize("NFKD", character)[:1]
    if cells == 1 and base.isascii() and base.isprintable() and base:
        return base
    return "?" * cells
