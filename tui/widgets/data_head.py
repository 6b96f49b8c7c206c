"""The lines above a run of the funnel: what it made of what, and the views of it."""

from __future__ import annotations

from typing import Literal

from textual.content import Content
from textual.message import Message
from textual.widget import Widget

View = Literal["funnel", "removed", "sample", "twins", "truth"]
VIEWS: dict[View, tuple[str, str]] = {
    "funnel": ("f", "funnel"),
    "removed": ("b", "removed"),
    "sample": ("w", "what if"),
    "twins": ("d", "duplicates"),
    "truth": ("t", "truth"),
}


class DataHead(Widget):
    """A click on a view's name goes there."""

    class Clicked(Message):
        """A view's name."""

        def __init__(self, view: View) -> None:
            super().__init__()
            self.view = view

    def __init__(self) -> None:
        super().__init__(id="data-head")
        self._lines: tuple[Content, Content] = (Content(""), Content(""))

    def show(self, title: Content, view: View, note: str = "") -> None:
        """Show what holds now; ``note`` is said behind the views' names."""
        lines = (title, _tabs(view) + Content.styled(f"  {note}" if note else "", "$quiet"))
        if not all(map(Content.is_same, lines, self._lines)):
            self._lines = lines
            self.refresh()

    def render(self) -> Content:
        """Both lines."""
        return Content("\n").join(self._lines)

    def action_change(self, view: View) -> None:
        """A name was clicked."""
        self.post_message(self.Clicked(view))


def _tabs(view: View) -> Content:
    parts = []
    for name, (key, title) in VIEWS.items():
        # Our own constants only: nothing from outside is ever markup.
        tab = Content.from_markup(f"[@click=change('{name}')] {key} {title} [/]")
        parts.append(tab.stylize("bold reverse" if name == view else "$quiet"))
    return Content(" ").join(parts)
