"""The lines above the tokens: the tokenizer and its counts, and the views."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from textual.content import Content
from textual.message import Message
from textual.style import Style
from textual.widget import Widget

View = Literal["text", "compare", "merges", "chat", "train", "spelling"]
VIEWS: dict[View, tuple[str, str]] = {
    "text": ("t", "text"),
    "compare": ("c", "compare"),
    "merges": ("m", "merges"),
    "chat": ("h", "chat"),
    "train": ("r", "train"),
    "spelling": ("s", "spelling"),
}


class TokenHead(Widget):
    """A click on a view's name goes there."""

    class Clicked(Message):
        """A view's name."""

        def __init__(self, view: View) -> None:
            super().__init__()
            self.view = view

    def __init__(self) -> None:
        super().__init__(id="token-head")
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
    for name, (key, label) in VIEWS.items():
        link = Style.from_meta({"@click": f"change({name!r})"})
        tab = Content.styled(f" {key} {label} ", link)
        parts.append(tab.stylize("bold reverse" if name == view else "$quiet"))
    words = "".join(f" · {note}" for note in notes)
    return Content(" ").join(parts) + Content.styled(words, "$quiet")
