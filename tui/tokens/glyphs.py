"""How a token looks: never half a character, nothing that steers the terminal, of known width.

A token is bytes. Those that are whole characters are shown as such, the others as ``⟨e4⟩``. What
would merge with the token before it on the screen, such as an accent, stands on a dotted circle.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from rich.cells import cell_len, get_character_cell_size

from engine.tokenizer_protocol import AnyTokenizer
from tui.safe_text import visible

BLANK_SIGN, NEWLINE_SIGN, CIRCLE = "·", "↵", "◌"
_APART = f" ⇥{BLANK_SIGN}{NEWLINE_SIGN}"
"""With these a word begins."""
_FLAG = range(0x1F1E6, 0x1F200)
_TONES = range(0x1F3FB, 0x1F400)
_SELECTORS = range(0xFE00, 0xFE10)


class Atom(NamedTuple):
    """The smallest thing that is drawn whole: a character with its accents, or one odd byte."""

    at: int
    """Its first byte, counted from the token's."""
    text: str
    newline: bool = False


def atoms(data: bytes, *, blanks: bool = False) -> Iterator[Atom]:
    """What is drawn for a token's bytes, in order.

    Args:
        data: the bytes.
        blanks: whether a space is shown as a dot.
    """
    held: Atom | None = None
    for at, sign, joins in _signs(data):
        if held is not None and joins:
            held = held._replace(text=held.text + sign)
            continue
        if held is not None:
            yield held
        text = CIRCLE + sign if joins else BLANK_SIGN if blanks and sign == " " else sign
        held = Atom(at, text, sign == "\n")
        if held.newline:
            held = held._replace(text=NEWLINE_SIGN)
    if held is not None:
        yield held


def _signs(data: bytes) -> Iterator[tuple[int, str, bool]]:
    """Byte offset, sign, and whether it is drawn on what stands before it."""
    at = 0
    flag_open = False
    for character in data.decode("utf-8", "surrogateescape"):
        code = ord(character)
        if 0xDC80 <= code <= 0xDCFF:  # a byte that is no character by itself
            yield at, f"⟨{code - 0xDC00:02x}⟩", False
            at, flag_open = at + 1, False
            continue
        size = len(character.encode())
        in_flag = code in _FLAG
        if in_flag and not flag_open and not _flag_follows(data[at + size :]):
            yield at, f"⟨{code:X}⟩", False  # Half a flag: terminals differ in its width.
            in_flag = False
        elif code in _SELECTORS or (code in _TONES):
            yield at, f"⟨{code:X}⟩", False
        elif character == "\n":
            yield at, "\n", False
        else:
            sign = visible(character)
            joins = sign == character and get_character_cell_size(character) == 0
            yield at, sign, joins or (in_flag and flag_open)
        flag_open = in_flag and not flag_open
        at += size


def _flag_follows(data: bytes) -> bool:
    return data[:3] == b"\xf0\x9f\x87" and len(data) > 3 and 0xA6 <= data[3] <= 0xBF


@dataclass(frozen=True, slots=True)
class Glyph:
    """One token, drawn."""

    text: str
    cells: int
    breaks: tuple[int, ...]
    """Places in ``text`` behind which a line ends."""
    glued: bool
    """Whether it goes on with the word before it, from which no line break parts it if possible."""


def glyph_of(data: bytes, *, blanks: bool = False, name: str | None = None) -> Glyph:
    """How a token looks.

    Args:
        data: its bytes.
        blanks: whether a space is shown as a dot.
        name: of a special token, which has no bytes.
    """
    if name is not None:
        text = visible(name).replace("\n", NEWLINE_SIGN)
        return Glyph(text, cell_len(text), (), False)
    drawn = list(atoms(data, blanks=blanks))
    text = "".join(atom.text for atom in drawn) or "⟨⟩"
    ends = accumulate(len(atom.text) for atom in drawn)
    breaks = tuple(end for end, atom in zip(ends, drawn, strict=True) if atom.newline)
    glued = text[0] not in _APART and get_character_cell_size(text[0]) == 1
    return Glyph(text, cell_len(text), breaks, glued)


class Glyphs:
    """The glyphs of a tokenizer's tokens, each made once.

    Args:
        tokenizer: whose ids they are.
        blanks: whether spaces are shown as dots.
        ids: whether tokens are shown as their ids, which is all that a model sees.
    """

    def __init__(self, tokenizer: AnyTokenizer, *, blanks: bool = False, ids: bool = False) -> None:
        self._tokenizer, self.blanks, self.ids = tokenizer, blanks, ids
        self._made: dict[int, Glyph] = {}

    def __getitem__(self, token: int) -> Glyph:
        glyph = self._made.get(token)
        if glyph is None:
            glyph = self._made[token] = self._make(token)
        return glyph

    def _make(self, token: int) -> Glyph:
        if self.ids:
            text = f"{token} "
            return Glyph(text, len(text), (), False)
        name = self._tokenizer.special_names.get(token)
        return glyph_of(self._tokenizer.token_bytes(token), blanks=self.blanks, name=name)
