"""Wrapping of a growing line of tokens, at the cost of the new tokens only.

A column of the compare pane receives hundreds of tokens a second. Wrapping its whole text at
each one would be quadratic, so the layout keeps its lines and touches only the last: a line that
has been broken is final. Words are kept whole although a word may be several tokens.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from rich.cells import cell_len, get_character_cell_size

from tui.safe_text import visible

_PARTS = re.compile(r"\n|[^\S\n]+|\S+")
NEWLINE_SIGN = "↵"


class Piece(NamedTuple):
    """A stretch of one line that belongs to one token."""

    token: int
    text: str
    cells: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a token begins on the screen."""

    line: int
    column: int


class TokenLayout:
    """Lines of pieces, at most ``width`` cells each; tokens are numbered from 0 as they come."""

    def __init__(self, width: int) -> None:
        self.width = max(4, width)
        self.lines: list[list[Piece]] = [[]]
        self._used = 0
        # Where the word that touches the end of the last line begins: (piece index, cells before).
        self._word: tuple[int, int] | None = None
        self._first_line: list[int] = []

    def __len__(self) -> int:
        return len(self._first_line)

    def append(self, text: str) -> None:
        """Add the next token; only the last line changes, and lines may follow it."""
        token = len(self._first_line)
        self._first_line.append(-1)
        for part in _PARTS.findall(visible(text)):
            if part == "\n":
                self._add(token, NEWLINE_SIGN, 1)
                self._break()
            elif part.isspace():
                self._space(token, part)
            else:
                self._word_part(token, part)
        if self._first_line[token] < 0:
            # A space that fell off the end of a line, or an empty text: it still has a place.
            self._first_line[token] = len(self.lines) - 1

    def place(self, token: int) -> Place:
        """Line and column of the token's first cell."""
        line = self._first_line[token]
        column = 0
        for piece in self.lines[line]:
            if piece.token >= token:
                break
            column += piece.cells
        return Place(line, column)

    def token_at(self, line: int, column: int) -> int | None:
        """The token nearest to a cell, None where there are none on that line."""
        found: int | None = None
        left = 0
        for piece in self.lines[line]:
            found = piece.token
            left += piece.cells
            if column < left:
                break
        return found

    def _add(self, token: int, text: str, cells: int) -> None:
        line = self.lines[-1]
        if self._first_line[token] < 0:
            self._first_line[token] = len(self.lines) - 1
        if line and line[-1].token == token:
            last = line[-1]
            line[-1] = Piece(token, last.text + text, last.cells + cells)
        else:
            line.append(Piece(token, text, cells))
        self._used += cells

    def _break(self) -> None:
        self.lines.append([])
        self._used = 0
        self._word = None

    def _space(self, token: int, text: str) -> None:
        self._word = None
        cells = len(text)
        if self._used + cells <= self.width:
            self._add(token, text, cells)
        else:
            # The break stands for the space, as on paper.
            self._break()

    def _word_part(self, token: int, text: str) -> None:
        cells = cell_len(text)
        if self._word is None:
            self._start_word(token)
        if self._used + cells > self.width and self._word is not None:
            self._carry_word(cells)
        if self._used + cells <= self.width:
            self._add(token, text, cells)
        else:
            self._split(token, text)

    def _start_word(self, token: int) -> None:
        line = self.lines[-1]
        # A token such as " Dunbury" shares its piece with the space before the word.
        shared = bool(line) and line[-1].token == token
        self._word = (len(line) - shared, self._used)

    def _carry_word(self, cells: int) -> None:
        """Move the word at the end of the line, so far, to a new line if it then fits."""
        assert self._word is not None
        start, before = self._word
        if before == 0 or self._used - before + cells > self.width:
            return
        line = self.lines[-1]
        moved = line[start:]
        if moved:
            head_cells = sum(piece.cells for piece in line[:start])
            head, tail = _cut(moved[0], before - head_cells)
            line[start:] = [head] if head.cells else []
            moved[0] = tail
        self._break()
        for piece in moved:
            if piece.cells:
                if self._first_line[piece.token] == len(self.lines) - 2 and not any(
                    other.token == piece.token for other in line
                ):
                    self._first_line[piece.token] = -1
                self._add(piece.token, piece.text, piece.cells)
        self._word = (0, 0)

    def _split(self, token: int, text: str) -> None:
        """Fill line after line with a word longer than a line, or with unspaced script."""
        for character in text:
            cells = get_character_cell_size(character)
            if self._used + cells > self.width:
                self._break()
            self._add(token, character, cells)
        self._word = None


def _cut(piece: Piece, cells: int) -> tuple[Piece, Piece]:
    """Cut a piece after ``cells`` cells; the part before a word is spaces, a cell each."""
    return (
        Piece(piece.token, piece.text[:cells], cells),
        Piece(piece.token, piece.text[cells:], piece.cells - cells),
    )
