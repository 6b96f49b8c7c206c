"""Finished lines that cannot steer the terminal, whichever widget has drawn them.

What comes from outside is made visible before it is shown (``tui.safe_text``). Textual's own
editors, input lines and Markdown draw what they hold as it is, and here they may hold a model's
call, a tool's output or the card of a model from the internet.
"""

from __future__ import annotations

import re

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_STEERING = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""Control characters, those that reorder a line, and halves of surrogate pairs, which no encoding
has: one of them would end the thread that writes to the terminal."""


class SafeLines(LineFilter):
    """Leaves such characters out, or has U+FFFD in their cells."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Called by Textual for each line that is drawn anew."""
        return [
            segment
            if segment.text.isprintable()
            else segment._replace(text=_STEERING.sub(_harmless, segment.text))
            for segment in segments
        ]


def _harmless(match: re.Match[str]) -> str:
    return "\ufffd" * cell_len(match[0])
