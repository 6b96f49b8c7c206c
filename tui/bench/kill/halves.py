"""Long answers: words with numbers, so that the part that was there can be told."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tui.bench.kill.screen import Lines
from tui.bench.kill.watched import Items
from tui.panes.answer_keeping import HALF_EVERY_S

LONG, A_WORD_S = 240, 0.05
"""Words of an answer, and how long each takes."""
DUE_S = HALF_EVERY_S + 2.0
"""Within which what was shown has to be on the disk: on a busy machine a timer is late too."""
_WORD = re.compile(r"\bl(\d+)\.(\d+)\b")


def long_answer(number: str) -> list[str]:
    """The words of the answer to a question."""
    return [f" l{number}.{place}" for place in range(LONG)]


def begun(lines: Lines) -> Items:
    """The words that stand somewhere on a screen; a word that is cut is one of those before."""
    return begun_in(lines)


def begun_in(texts: Iterable[str]) -> Items:
    """The words of some texts, as ``question.place``."""
    return frozenset(f"{word[1]}.{word[2]}" for text in texts for word in _WORD.finditer(text))
