"""A cut text laid out on a screen: from characters to cells and back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from rich.cells import cell_len

from tui.tokens.cut import Change, Cut
from tui.tokens.glyphs import Glyphs, atoms
from tui.tokens.lines import Piece, TokenLines


class Spot(NamedTuple):
    """A cell, counted from the top left of the whole text."""

    column: int
    line: int


class Part(NamedTuple):
    """What is drawn of one character, or of a token where tokens are drawn as ids."""

    text: str
    char: int


class Sheet:
    """The lines of a text's tokens.

    Args:
        cut: the text.
        glyphs: how its tokens look.
        width: cells of a line.
    """

    def __init__(self, cut: Cut, glyphs: Glyphs, width: int) -> None:
        self.cut, self.glyphs = cut, glyphs
        self.lines = TokenLines(glyphs, cut.ids, width)

    def __len__(self) -> int:
        return len(self.lines)

    def edited(self, change: Change) -> int:
        """Some of the tokens have changed; the first line that may look otherwise now."""
        self.lines.change(change.first_token, change.removed, change.added)
        # A word that is shorter now may have gone back to the line before.
        return max(0, self.lines.line_of(change.first_token) - 1)

    def lines_of(self, start: int, end: int) -> tuple[int, int]:
        """First and last line of the characters ``start`` to ``end``, their tokens included."""
        first, last = self.cut.place_of(start)[0], self.cut.place_of(end)[0]
        return self.lines.line_of(first), self.lines.line_of(last + 1)

    def parts(self, line: int, piece: Piece) -> Iterator[Part]:
        """A piece of a line, character by character."""
        skip = self._skip(line, piece.token)
        if self.glyphs.ids:
            yield Part(piece.text, self.cut.char_at(piece.token, 0))
            return
        end = skip + len(piece.text)
        for place, text, byte in self._atoms(piece.token):
            seen = text[max(0, skip - place) : max(0, end - place)]
            if seen:
                yield Part(seen, self.cut.char_at(piece.token, byte))

    def spot(self, char: int) -> Spot:
        """The cell where a character begins, or the one behind the last."""
        token, byte = self.cut.place_of(char)
        place = 0
        if token < len(self.cut.ids) and not self.glyphs.ids:
            places = [place for place, _, at in self._atoms(token) if at <= byte]
            place = places[-1] if places else 0
        line = self.lines.line_of(token, place)
        column = 0
        for piece in self.lines.pieces(line):
            if piece.token == token:
                column += cell_len(piece.text[: place - self._skip(line, token)])
                break
            column += cell_len(piece.text)
        return Spot(column, line)

    def char_at(self, spot: Spot) -> int:
        """The character nearest to a cell."""
        line = max(0, min(spot.line, len(self) - 1))
        left = 0
        for piece in self.lines.pieces(line):
            for part in self.parts(line, piece):
                left += cell_len(part.text)
                if spot.column < left:
                    return part.char
        # Behind the end of a line: before its break, or before what the next one begins with.
        if line + 1 == len(self):
            return len(self.cut)
        token, skip = self.lines.begin(line + 1)
        if token == len(self.cut.ids):
            return max(0, len(self.cut) - 1)
        bytes_ = [byte for place, _, byte in self._atoms(token) if place <= skip]
        return max(0, self.cut.char_at(token, bytes_[-1] if bytes_ else 0) - 1)

    def token_at(self, spot: Spot) -> int | None:
        """The token on a cell, None where there is none."""
        if not 0 <= spot.line < len(self):
            return None
        left = 0
        for piece in self.lines.pieces(spot.line):
            left += cell_len(piece.text)
            if spot.column < left:
                return piece.token
        return None

    def _skip(self, line: int, token: int) -> int:
        first, skip = self.lines.begin(line)
        return skip if first == token else 0

    def _atoms(self, token: int) -> Iterator[tuple[int, str, int]]:
        """Place in the glyph's text, text, and first byte of each atom."""
        place = 0
        for atom in atoms(self.cut.data(token), blanks=self.glyphs.blanks):
            yield place, atom.text, atom.at
            place += len(atom.text)
