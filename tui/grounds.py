"""Grounds where there are only the terminal's colours, or none: they are drawn reversed.

What lies under a cursor, is selected or has the focus stands on a ground of its own. Of a
terminal's 16 colours none is sure to show text on it, and without colours there are no grounds at
all. Reversed text can be read on every terminal. (Textual's lists do not reverse their lines by
themselves: ``Widget.get_visual_style`` leaves that out of a style.)
"""

from __future__ import annotations

from functools import lru_cache

from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

_DEFAULT = Style.from_color(RichColor.default(), RichColor.default())


class ReversedGrounds(LineFilter):
    """Puts the terminal's own colours, reversed, in the place of any ground."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Called by Textual for each line that is drawn anew."""
        return [
            segment if segment.style is None else segment._replace(style=_reversed(segment.style))
            for segment in segments
        ]


@lru_cache(maxsize=2048)
def _reversed(style: Style) -> Style:
    if style.bgcolor is None or style.bgcolor.is_default:
        return style
    return style + _DEFAULT + Style(reverse=True)
