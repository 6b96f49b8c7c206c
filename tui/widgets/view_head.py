"""The two lines above a pane that has views: what it shows, and the views' names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Generic, TypeVar

from textual.content import Content
from textual.message import Message
from textual.style import Style
from textual.widget import Widget

V = TypeVar("V", bound=str)
ClickedView = TypeVar("ClickedView", bound=str)


class ViewHead(Widget, Generic[V]):
    """A click on a view's name goes there.

    Args:
        views: each view's key and title, in the order in which they stand.
        id: of the widget.
    """

    class Clicked(Message, Generic[ClickedView]):
        """A view's name."""

        def __init__(self, view: ClickedView) -> None:
            super().__init__()
            self.view = view

    def __init__(self, views: Mapping[V, tuple[str, str]], *, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self._views = views
        self._lines: tuple[Content, Content] = (Content(""), Content(""))

    def show(self, title: Content, view: V, notes: Sequence[str] = ()) -> None:
        """Show what holds now; ``notes`` are said behind the views' names."""
        lines = (title, self._tabs(view, notes))
        if not all(map(Content.is_same, lines, self._lines)):
            self._lines = lines
            self.refresh()

    def render(self) -> Content:
        """Both lines."""
        return Content("\n").join(self._lines)

    def action_change(self, view: V) -> None:
        """A name was clicked."""
        self.post_message(self.Clicked(view))

    def _tabs(self, view: V, notes: Sequence[str]) -> Content:
        parts = []
        for name, (key, title) in self._views.items():
            link = Style.from_meta({"@click": f"change({name!r})"})
            tab = Content.styled(f" {key} {title} ", link)
            parts.append(tab.stylize("bold reverse" if name == view else "$quiet"))
        words = "".join(f" · {note}" for note in notes)
        return Content(" ").join(parts) + Content.styled(words, "$quiet")
