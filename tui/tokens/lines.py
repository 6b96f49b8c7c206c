"""Tokens flowing into lines: laid out in milliseconds, and after an edit only where it counts.

A line is known by where it begins: a token, and how much of that token stands on lines before. All
that follows depends on nothing else, so after an edit lines are laid out anew only until one begins
where a line began before.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from rich.cells import get_character_cell_size

from tui.tokens.glyphs import Glyph

LEAST_WIDTH = 8
LONGEST_CARRY = 16
"""Tokens of a word that move to the next line together; longer ones are broken."""


class Drawn(Protocol):
    """Knows how tokens look."""

    def __getitem__(self, token: int, /) -> Glyph:
        """The glyph of an id."""
        ...


class Piece(NamedTuple):
    """What stands of one token on one line."""

    token: int
    text: str


class TokenLines:
    """Where each line begins.

    Args:
        glyphs: how tokens look.
        ids: the tokens; the caller's own list, which it changes before it calls :meth:`change`.
        width: cells of a line.
    """

    def __init__(self, glyphs: Drawn, ids: Sequence[int], width: int) -> None:
        self.glyphs, self.ids = glyphs, ids
        self.width = max(LEAST_WIDTH, width)
        self._tokens: list[int] = []
        self._skips: list[int] = []
        self._take(0, [(0, 0), *self._flow(0, 0)])

    def __len__(self) -> int:
        return len(self._tokens)

    def change(self, first: int, removed: int, added: int) -> None:
        """Some tokens were replaced: ``removed`` of them from ``first`` on, by ``added`` others."""
        # The line before the first that changed: a shorter word may now fit on its end.
        begin = max(0, bisect_left(self._tokens, first) - 2)
        moved = added - removed
        old, old_skips = self._tokens, self._skips
        made = [(old[begin], old_skips[begin])]
        place = bisect_left(old, first + removed)
        for token, skip in self._flow(*made[0]):
            made.append((token, skip))
            if token < first + added:
                continue
            was = token - moved
            while place < len(old) and (old[place], old_skips[place]) < (was, skip):
                place += 1
            if place < len(old) and (old[place], old_skips[place]) == (was, skip):
                kept, kept_skips = old[place + 1 :], old_skips[place + 1 :]
                self._take(begin, made)
                self._tokens += [each + moved for each in kept] if moved else kept
                self._skips += kept_skips
                return
        self._take(begin, made)

    def line_of(self, token: int, skip: int = 0) -> int:
        """The line on which ``skip`` characters into a token's glyph stand."""
        line = bisect_right(self._tokens, token) - 1
        while line > 0 and self._tokens[line] == token and self._skips[line] > skip:
            line -= 1
        return line

    def begin(self, line: int) -> tuple[int, int]:
        """The first token of a line and how much of its text stands before; past all if none."""
        return self._tokens[line], self._skips[line]

    def pieces(self, line: int) -> list[Piece]:
        """What stands on a line."""
        token, skip = self._tokens[line], self._skips[line]
        if line + 1 < len(self._tokens):
            end, end_skip = self._tokens[line + 1], self._skips[line + 1]
        else:
            end, end_skip = len(self.ids), 0
        found = []
        while token < end:
            found.append(Piece(token, self.glyphs[self.ids[token]].text[skip:]))
            token, skip = token + 1, 0
        if end_skip:
            found.append(Piece(token, self.glyphs[self.ids[token]].text[skip:end_skip]))
        return found

    def _take(self, begin: int, made: Sequence[tuple[int, int]]) -> None:
        self._tokens[begin:] = [token for token, _ in made]
        self._skips[begin:] = [skip for _, skip in made]

    def _flow(self, token: int, skip: int) -> Iterator[tuple[int, int]]:
        """Where the lines after the one that begins here begin."""
        ids, glyphs, width = self.ids, self.glyphs, self.width
        used = word_used = 0
        word = token
        for now in range(token, len(ids)):
            glyph = glyphs[ids[now]]
            if glyph.breaks or skip or glyph.cells > width:
                if used and not skip and used + glyph.cells > width >= glyph.cells:
                    yield now, 0
                    used = 0
                cuts, used = _cuts(glyph, skip, used, width)
                for cut in cuts:
                    yield (now, cut) if cut < len(glyph.text) else (now + 1, 0)
                word, word_used, skip = now + 1, used, 0
                continue
            if not glyph.glued:
                word, word_used = now, used
            used += glyph.cells
            if used <= width:
                continue
            carried = used - word_used
            if not (word_used and carried <= width and now - word < LONGEST_CARRY):
                word, carried = now, glyph.cells
            yield word, 0
            used, word_used = carried, 0


def _cuts(glyph: Glyph, skip: int, used: int, width: int) -> tuple[list[int], int]:
    """Before which places of its text new lines begin, and how far the last of them is filled."""
    cuts = []
    for place in range(skip, len(glyph.text)):
        cells = get_character_cell_size(glyph.text[place])
        if used + cells > width:
            cuts.append(place)
            used = 0
        used += cells
        if place + 1 in glyph.breaks:
            cuts.append(place + 1)
            used = 0
    return cuts, used
