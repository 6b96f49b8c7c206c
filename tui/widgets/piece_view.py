"""A view that draws its own lines out of styled pieces, so that only what is in sight is drawn."""

from __future__ import annotations

import textwrap
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from tui.safe_text import visible
from tui.widgets.marking import with_marks


class PieceView(ScrollView, can_focus=True):
    """Knows styles by the names that content has for them (``bold $text-success``).

    Its lines are numbered from the top of what can be scrolled, those of a head that stays
    included. What the mouse marks of them is copied as it stands on the screen.
    """

    HEAD_LINES: ClassVar[int] = 0
    """At the top, wherever the rest is scrolled to."""

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

    def draw_line(self, line: int) -> Strip:
        """The line of that number, as it is without marks; blank behind the last one."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        """One line of the visible part."""
        line = y if y < self.HEAD_LINES else y + self.scroll_offset.y
        strip = self.draw_line(line)
        if self.ALLOW_SELECT and (self.mouse_hover or self.text_selection is not None):
            return with_marks(self, strip, line)
        return strip

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """What is marked; where the mouse has left the view, as far as it is in sight."""
        top = self.scroll_offset.y + self.HEAD_LINES
        in_sight = range(top, self.scroll_offset.y + self.scrollable_content_region.height)
        first = top if selection.start is None else selection.start.y
        last = in_sight.stop - 1 if selection.end is None else selection.end.y
        lines = [*range(first, last + 1)]
        if first < self.HEAD_LINES:  # What is scrolled away lies below the head, unseen.
            lines = [line for line in lines if line < self.HEAD_LINES or line >= top]
        marked = []
        for line in lines:
            start, end = selection.get_span(line) or (0, 0)
            text = self.draw_line(line).text
            marked.append((text[start:] if end < 0 else text[start:end]).rstrip())
        return "\n".join(marked).rstrip("\n"), "\n"

    def unmark(self) -> None:
        """What was marked is no longer there."""
        if self.is_attached and self.text_selection is not None:
            self.screen.clear_selection()

    def words_line(self, words: str, y: int) -> Strip:
        """A line of a sentence that stands where there is nothing else to draw.

        Args:
            words: the sentence, whoever wrote it.
            y: the line of it.
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
