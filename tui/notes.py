"""Sentences of the lab's own in a column: a hint, a verdict, an error."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Literal, NamedTuple

from tui.safe_text import visible

NOT_KEPT = " · not kept yet"
"""Stands behind whatever is on the screen and not on the disk; normally nobody sees it."""

NoteKind = Literal["good", "bad", "abstained", "error", "dim"]


class Note(NamedTuple):
    """A sentence; where its kind has a colour, its first glyph says the same."""

    kind: NoteKind
    text: str


def wrapped(notes: Sequence[Note], width: int) -> list[tuple[NoteKind, str]]:
    """Notes as lines of at most ``width`` cells (their words are ours: one cell a character)."""
    return [
        (note.kind, line)
        for note in notes
        for line in textwrap.wrap(visible(note.text), max(8, width)) or [""]
    ]
