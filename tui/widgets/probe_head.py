"""The two lines above a probe: what it asks of whom and how far it is, and the views of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from textual.content import Content
from textual.message import Message
from textual.widget import Widget

View = Literal["answers", "outcomes", "detectors", "name"]
VIEWS: dict[View, tuple[str, str]] = {
    "answers": ("g", "answers"),
    "outcomes": ("o", "outcomes"),
    "detectors": ("d", "detectors"),
    "name": ("w", "one name"),
}


class ProbeHead(Widget):
    """A click on a view's name goes there."""

    class Clicked(Message):
        """A view's name."""

        def __init__(self, view: View) -> None:
            super().__init__()
            self.view = view

    def __init__(self) -> None:
        super().__init__(id="probe-head")
        self._lines: tuple[Content, Content] = (Content(""), Content(""))

    def show(self, title: Content, view: View, notes: Sequence[str] = ()) -> None:
        """Show what holds now; ``notes`` are said behind the views' names."""
        lines = (title, _tabs(view, notes))
        if not all(map(Content.is_same, lines, self._lines)):
            self._lines = lines
            self.refresh()

    def render(self) -> Content:
        """Both lines."""
        return Content("\n").join(self._lines)

    def action_change(self, view: View) -> None:
        """A name was clicked."""
        self.post_message(self.Clicked(view))


def _tabs(view: View, notes: Sequence[str]) -> Content:
    parts = []
    for name, (key, title) in VIEWS.items():
        # Our own constants only: nothing from outside is ever markup.
        tab = Content.from_markup(f"[@click=change('{name}')] {key} {title} [/]")
        parts.append(tab.stylize("bold reverse" if name == view else "$quiet"))
    words = "".join(f" · {note}" for note in notes)
    return Content(" ").join(parts) + Content.styled(words, "$quiet")
