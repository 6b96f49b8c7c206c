"""A view that draws its own lines out of styled pieces, so that only what is in sight is drawn."""

from __future__ import annotations

import textwrap

from rich.segment import Segment
from rich.style import Style
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.safe_text import visible


class PieceView(ScrollView, can_focus=True):
    """Knows styles by the names that content has for them (``bold $text-success``)."""

    ALLOW_SELECT = False

    def __init__(self, css_id: str) -> None:
        super().__init__(id=css_id)
        self._styles: dict[str, Style] = {}

    def style_named(self, name: str) -> Style:
        """A style on the view's own ground; the empty name is the ground itself."""
        style = self._styles.get(name)
        if style is None:
            visual = self.visual_style
            if name:
                visual += self.app.stylesheet.parse_style(name)
            style = self._styles[name] = visual.rich_style
        return style

    def words_line(self, words: str, y: int) -> Strip:
        """A line of a sentence that stands where there is nothing else to draw.

        Args:
            words: the sentence, whoever wrote it.
            y: the line of the view.
        """
        width = self.scrollable_content_region.width
        lines = textwrap.wrap(visible(words), max(1, width))
        said = Segment(lines[y] if y < len(lines) else "", self.style_named("$quiet"))
        return Strip([said]).adjust_cell_length(width, self.style_named(""))

    def forget_drawn(self) -> None:
        """Drop what was drawn: the theme, the focus or the width has changed."""

    def notify_style_update(self) -> None:
        """The theme or the focus has changed."""
        super().notify_style_update()
        self._styles.clear()
        self.forget_drawn()
