"""Grounds and quiet words where there are only the terminal's colours, or none.

What lies under a cursor, is selected or has the focus stands on a ground of its own. Of a
terminal's 16 colours none is sure to show text on it, and without colours there are no grounds at
all. Reversed text can be read on every terminal. (Textual's lists do not reverse their lines by
themselves: ``Widget.get_visual_style`` leaves that out of a style.)

What is quiet is bright black in the styles, and dim on the terminal: palettes as common as
Solarized's have a bright black that is the background.
"""

from __future__ import annotations

from functools import lru_cache

from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

_DEFAULT = Style.from_color(RichColor.default(), RichColor.default())
_QUIET = RichColor.from_ansi(8)
_DIM = Style(color=RichColor.default(), dim=True)


class TerminalColours(LineFilter):
    """Puts the terminal's own colours, reversed, in the place of any ground; dims what is quiet."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Called by Textual for each line that is drawn anew."""
        return [
            segment if segment.style is None else segment._replace(style=_own(segment.style))
            for segment in segments
        ]


@lru_cache(maxsize=2048)
def _own(style: Style) -> Style:
    if style.bgcolor is not None and not style.bgcolor.is_default:
        return style + _DEFAULT + Style(reverse=True)
    return style + _DIM if style.color == _QUIET else style
