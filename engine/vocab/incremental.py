"""The tokens of a text that is being typed: an edit re-tokenizes only what it can have changed.

What is encoded anew reaches from the last cut (``engine.vocab.cuts``) whose two characters stand
before the edit to the first one whose two characters stand behind it. Both were cuts before the
edit as well, so the tokens outside are those of the whole text, old and new.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.tokenizer import without_surrogates
from engine.tokenizer_protocol import AnyTokenizer
from engine.vocab.cuts import cut_after, cut_before, why_uncut
from engine.vocab.pieces import TokenPiece, check_blanks, piece
from engine.vocab.places import BYTE_END, CHAR, CHAR_END, Places, places_of

_LINE_BREAK = re.compile("\n")
_SLICE = 512


@dataclass(frozen=True, slots=True)
class Change:
    """What an edit did to the tokens."""

    first_token: int
    """Tokens before this one are what they were."""
    removed: int
    """How many of the old ones are gone from there on."""
    added: int
    """How many new ones stand in their place."""


@dataclass(frozen=True, slots=True)
class LiveToken:
    """A token of a text and where it stands."""

    index: int
    piece: TokenPiece
    byte: int
    byte_end: int
    """Its bytes in the text's UTF-8. A tokenizer that normalizes text may have others in
    ``piece.data`` than stand there."""
    char: int
    char_end: int
    """The characters that its bytes are in; it shares the first or last one with its neighbour
    where it begins or ends within a character."""


class LiveText:
    """A text, its tokens and where they stand.

    Args:
        tokenizer: any.
        text: to begin with. Half of a surrogate pair is U+FFFD here as everywhere in the lab, so
            read ``text`` again.

    Raises:
        LabError: a run of white space is too long to be cut (``engine.vocab.pieces``).
    """

    def __init__(self, tokenizer: AnyTokenizer, text: str = "") -> None:
        self.tokenizer = tokenizer
        self.why_whole = why_uncut(tokenizer)
        """Why every edit re-tokenizes the whole text; None: it does not."""
        self.text = without_surrogates(text)
        self._one_of: dict[int, int] = {}
        self.ids, self._places = self._encode(self.text)
        self._lines = np.concatenate([[0], _line_starts(self.text, 0)])

    def edit(self, start: int, end: int, new: str) -> Change:
        """Put ``new`` in the place of the characters from ``start`` to ``end``.

        A key press in a text of 100 kB takes a millisecond or so. Where the text has no cut for a
        long way (100 kB of one letter) that whole stretch is encoded anew.

        Raises:
            ValueError: there are no such characters.
            LabError: as the constructor; nothing has changed then.
        """
        if not 0 <= start <= end <= len(self.text):
            raise ValueError(f"no characters {start} to {end} in a text of {len(self.text)}")
        new = without_surrogates(new)
        text = self.text[:start] + new + self.text[end:]
        grown = len(new) - (end - start)
        a, b = 0, len(text)
        if self.why_whole is None:
            a = cut_before(text, max(0, start - 1))
            b = cut_after(text, start + len(new) + 1)
        ids, places = self._encode(text[a:b])
        first, last = self._index(a), self._index(b - grown)
        old = self.ids[first:last]
        self._splice(first, last, places, a, grown)
        self.ids[first:last] = ids
        self._splice_lines(start, end, new)
        self.text = text
        return _trimmed(first, old, ids)

    @property
    def n_tokens(self) -> int:
        """How many tokens the text has."""
        return len(self.ids)

    @property
    def n_bytes(self) -> int:
        """How long the text's UTF-8 is."""
        return int(self._places[-1, BYTE_END]) if self.ids else 0

    @property
    def n_lines(self) -> int:
        r"""One more than the text has "\n"."""
        return len(self._lines)

    def token(self, index: int) -> LiveToken:
        """The token of that place in ``ids``."""
        byte, byte_end, char, char_end = self._places[index].tolist()
        shown = piece(self.tokenizer, self.ids[index])
        return LiveToken(index, shown, byte, byte_end, char, char_end)

    def tokens_of(self, char: int, char_end: int) -> range:
        """The places in ``ids`` of the tokens that have a part in these characters."""
        first = int(np.searchsorted(self._places[:, CHAR_END], char, side="right"))
        return range(first, max(first, self._index(char_end)))

    def line(self, number: int) -> tuple[int, int]:
        r"""The characters of a line, from and to, without its "\n"."""
        begin = int(self._lines[number])
        if number + 1 < len(self._lines):
            return begin, int(self._lines[number + 1]) - 1
        return begin, len(self.text)

    def line_of(self, char: int) -> int:
        """The number of the line that a character stands in, from 0."""
        return int(np.searchsorted(self._lines, char, side="right")) - 1

    def _index(self, char: int) -> int:
        """The place of the first token that begins at this character or behind it."""
        return int(np.searchsorted(self._places[:, CHAR], char))

    def _encode(self, text: str) -> tuple[list[int], Places]:
        check_blanks(text)
        one_of = self._one_of.setdefault  # A library makes a number anew wherever it stands.
        ids = [one_of(token, token) for token in self.tokenizer.encode(text)]
        return ids, places_of(self.tokenizer, ids, text)

    def _splice(self, first: int, last: int, new: Places, char: int, grown: int) -> None:
        """Put places, counted from ``char`` on, in; those behind them move."""
        before, behind = self._places[:first], self._places[last:]
        byte = int(before[-1, BYTE_END]) if first else 0
        old_end = int(self._places[last - 1, BYTE_END]) if last else 0
        new_end = byte + (int(new[-1, BYTE_END]) if len(new) else 0)
        bytes_grown = new_end - old_end
        self._places = np.concatenate([
            before,
            new + np.array([byte, byte, char, char], np.int32),
            behind + np.array([bytes_grown, bytes_grown, grown, grown], np.int32),
        ])  # fmt: skip

    def _splice_lines(self, start: int, end: int, new: str) -> None:
        first, last = np.searchsorted(self._lines, [start, end], side="right")
        grown = len(new) - (end - start)
        self._lines = np.concatenate(
            [self._lines[:first], _line_starts(new, start), self._lines[last:] + grown]
        )


def _line_starts(text: str, offset: int) -> npt.NDArray[np.int64]:
    found = (match.end() + offset for match in _LINE_BREAK.finditer(text))
    return np.fromiter(found, np.int64)


def _trimmed(first: int, old: list[int], new: list[int]) -> Change:
    """What differs of two stretches of tokens that begin at the same place."""
    same = _n_alike(old, new)
    most = min(len(old), len(new)) - same
    alike = min(_n_alike(old[::-1], new[::-1]), most)
    return Change(first + same, len(old) - same - alike, len(new) - same - alike)


def _n_alike(old: list[int], new: list[int]) -> int:
    """How many items are the same from the first one on. Whole slices are quickly compared."""
    for begin in range(0, len(old), _SLICE):
        some, other = old[begin : begin + _SLICE], new[begin : begin + _SLICE]
        if some != other:
            differ = (i for i, (a, b) in enumerate(zip(some, other, strict=False)) if a != b)
            return begin + next(differ, min(len(some), len(other)))
    return len(old)
