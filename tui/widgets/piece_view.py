"""A view that draws its own lines out of styled pieces, so that only what is in sight is drawn."""

from __future__ import annotations

from rich.style import Style
from textual.scroll_view import ScrollView


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

    def forget_drawn(self) -> None:
        """Drop what was drawn: the theme, the focus or the width has changed."""

    def notify_style_update(self) -> None:
        """The theme or the focus has changed."""
        super().notify_style_update()
        self._styles.clear()
        self.forget_drawn()
