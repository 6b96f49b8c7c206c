"""What stands on a terminal, frame by frame."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.errors import LabError

if TYPE_CHECKING:
    from pyte import Screen, Stream

Lines = Sequence[str]

FRAMES_ARE_WHOLE = "\x1b[?2026;2$y"
"""What a terminal answers that draws whole frames only: the program then marks their ends."""

DIALOGS = ("─ settings ─", "─ course · ", "─ tool bench · ", "─ note · ")
"""The titles of those that are opened."""

_END_OF_FRAME = b"\x1b[?2026l"
_NOT_FOR_PYTE = re.compile(r"\x1b\[[>=][0-9;]*[A-Za-z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
"""Sequences of newer terminals, of which pyte would print a part as text."""
_EDGES = re.compile(r"^[\s│▀-▟]+|[\s│▀-▟]+$")
"""Borders, marks and scroll bars."""


class Emulator:
    """A terminal's screen, frame by frame.

    Raises:
        LabError: pyte is not installed.
    """

    def __init__(self, width: int, height: int) -> None:
        try:
            import pyte
        except ImportError as error:
            raise LabError(
                'This benchmark reads a terminal\'s screen with pyte: pip install "llmlab[dev]".'
            ) from error
        self._screen: Screen = pyte.Screen(width, height)
        self._stream: Stream = pyte.Stream(self._screen)
        self._rest = b""

    def feed(self, data: bytes) -> None:
        """Take what was written; a frame whose end has not come is not on the screen."""
        data = self._rest + data
        end = data.rfind(_END_OF_FRAME)
        whole = data[: end + len(_END_OF_FRAME)] if end >= 0 else b""
        self._rest = data[len(whole) :]
        self._stream.feed(_NOT_FOR_PYTE.sub("", whole.decode("utf-8", "replace")))

    @property
    def lines(self) -> list[str]:
        """What stands there."""
        return list(self._screen.display)


def shows(lines: Lines, words: str) -> bool:
    """Whether words stand on a line."""
    return bool(words) and any(words in line for line in lines)


def in_dialog(lines: Lines) -> bool:
    """Whether a dialog lies over the pane: of what it hides a part might be read as the whole."""
    return any(shows(lines, title) for title in DIALOGS)


def words_of(line: str) -> str:
    """A line without what frames it."""
    return _EDGES.sub("", line)
