"""A text with a cursor, a selection and a way back: what an editor is without its screen."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from engine.tokenizer import without_surrogates

MOST_CHARACTERS = 2_000_000
"""Of one text; 1 MB of any script fits."""
MOST_STEPS = 500
"""Edits that can be taken back."""
MOST_REMEMBERED = 8_000_000
"""Characters that those may hold together."""

_LONE_RETURN = re.compile(r"\r(?!\n)")
_BLANKS = re.compile(r"[^\S\n]*")
_WORD = re.compile(r"\w+|[^\w\s]+|\s+")


class Edit(NamedTuple):
    """Characters ``start`` to ``start + len(old)`` became ``new``."""

    start: int
    old: str
    new: str


Listener = Callable[[Edit], None]


class Buffer:
    """The text. Listeners are told of each edit after it was made.

    Lone halves of surrogate pairs, which no text may have, come in as U+FFFD.
    """

    def __init__(self, text: str = "") -> None:
        self.text = without_surrogates(text)[:MOST_CHARACTERS]
        self.cursor = 0
        self.anchor = 0
        """The other end of the selection; the cursor itself if nothing is selected."""
        self.listeners: list[Listener] = []
        self._done: list[Edit] = []
        self._undone: list[Edit] = []
        self._remembered = 0
        self._typing = False
        """Whether the next typed character joins the last edit."""

    @property
    def selection(self) -> tuple[int, int]:
        """Its ends, in order."""
        return min(self.cursor, self.anchor), max(self.cursor, self.anchor)

    @property
    def selected(self) -> str:
        """The selected text, empty if nothing is."""
        start, end = self.selection
        return self.text[start:end]

    # Moving

    def go_to(self, place: int, *, select: bool = False) -> None:
        """Put the cursor before the character ``place``."""
        self._typing = False
        self.cursor = max(0, min(place, len(self.text)))
        if not select:
            self.anchor = self.cursor

    def word_from(self, place: int, direction: int) -> int:
        """Where ctrl+left (-1) or ctrl+right (1) leads from ``place``."""
        if direction > 0:
            match = _WORD.match(self.text, place)
            end = match.end() if match else place
            blanks = _BLANKS.match(self.text, end)
            return blanks.end() if blanks else end
        begin = max(0, place - 200)  # No word is longer that one would want to jump over.
        starts = [m.start() for m in _WORD.finditer(self.text, begin, place) if not m[0].isspace()]
        return starts[-1] if starts else begin

    # Editing

    def insert(self, text: str) -> int:
        """Put ``text`` in place of the selection.

        Returns:
            How many characters were left out because the text would be too long.
        """
        text = _LONE_RETURN.sub("\n", without_surrogates(text))  # Terminals paste returns.
        start, end = self.selection
        room = MOST_CHARACTERS - (len(self.text) - (end - start))
        self._edit(Edit(start, self.text[start:end], text[:room]), joins=len(text) == 1)
        return max(0, len(text) - room)

    def delete(self, start: int, end: int) -> None:
        """Take characters out; of the selection instead, if there is one."""
        if self.cursor != self.anchor:
            start, end = self.selection
        start, end = max(0, start), min(end, len(self.text))
        if start < end:
            self._edit(Edit(start, self.text[start:end], ""))

    def replace(self, text: str) -> int:
        """Another text altogether, as one edit; returns what :meth:`insert` does."""
        self.anchor, self.cursor = 0, len(self.text)
        left_out = self.insert(text)
        self.go_to(0)
        return left_out

    def undo(self) -> bool:
        """Take the last edit back; whether there was one."""
        if not self._done:
            return False
        edit = self._done.pop()
        self._undone.append(edit)
        self._apply(Edit(edit.start, edit.new, edit.old))
        return True

    def redo(self) -> bool:
        """Make the edit again that was taken back last."""
        if not self._undone:
            return False
        edit = self._undone.pop()
        self._done.append(edit)
        self._apply(edit)
        return True

    def _edit(self, edit: Edit, *, joins: bool = False) -> None:
        if edit.old == edit.new:
            self.go_to(edit.start + len(edit.new))
            return
        last = self._done[-1] if self._done else None
        if (
            joins
            and self._typing
            and last is not None
            and not edit.old
            and edit.start == last.start + len(last.new)
            and not edit.new.isspace()
        ):
            self._done[-1] = last._replace(new=last.new + edit.new)
        else:
            self._done.append(edit)
        self._remembered += _size(edit) - sum(map(_size, self._undone))
        self._undone.clear()
        while len(self._done) > MOST_STEPS or (
            len(self._done) > 1 and self._remembered > MOST_REMEMBERED
        ):
            self._remembered -= _size(self._done.pop(0))
        self._apply(edit)
        self._typing = joins

    def _apply(self, edit: Edit) -> None:
        end = edit.start + len(edit.old)
        self.text = self.text[: edit.start] + edit.new + self.text[end:]
        self.go_to(edit.start + len(edit.new))
        for listener in self.listeners:
            listener(edit)


def _size(edit: Edit) -> int:
    return len(edit.old) + len(edit.new)
