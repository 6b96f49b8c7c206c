"""The lines above a run: what learns what, the views, and which step and problem are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from textual.content import Content
from textual.message import Message
from textual.style import Style
from textual.widget import Widget

from tui.format import grouped

if TYPE_CHECKING:
    from tui.rl.watch import Shown

View = Literal["wall", "curves", "before"]
VIEWS: dict[View, tuple[str, str]] = {
    "wall": ("w", "wall"),
    "curves": ("c", "curves"),
    "before": ("b", "before/after"),
}


LATEST = 0
"""Where -1 is the step before and 1 the next one."""


class RlHead(Widget):
    """A click on a view's name, on an arrow or on ``latest`` is the key of that name."""

    class Clicked(Message):
        """``action`` is one of the pane's, as its keys name them: ``step(-1)``."""

        def __init__(self, action: str, argument: str | int) -> None:
            super().__init__()
            self.action = f"{action}({argument!r})"

    def __init__(self) -> None:
        super().__init__(id="rl-head")
        self._lines: tuple[Content, Content] = (Content(""), Content(""))

    def show(self, title: Content, view: View, shown: Shown | None) -> None:
        """Show what holds now."""
        lines = (title, _tabs(view) + _places(shown))
        if not all(map(Content.is_same, lines, self._lines)):
            self._lines = lines
            self.refresh()

    def render(self) -> Content:
        """Both lines."""
        return Content("\n").join(self._lines)

    def action_click(self, action: str, argument: str | int) -> None:
        """Something was clicked."""
        self.post_message(self.Clicked(action, argument))


def _tabs(view: View) -> Content:
    parts = []
    for name, (key, title) in VIEWS.items():
        tab = _link(f" {key} {title} ", "view", name)
        parts.append(tab.stylize("bold reverse" if name == view else "$quiet"))
    return Content(" ").join(parts)


def _places(shown: Shown | None) -> Content:
    """``‹ step 41 › ● live  ‹ problem 3/16 ›``."""
    if shown is None or shown.step is None:
        return Content("")
    n = len(shown.groups)
    problem = f"problem {shown.place + 1}/{n}" if n else "no problem"
    follows = shown.follows and shown.step == shown.steps[-1] if shown.steps else False
    latest = "● live" if shown.alive else "latest"
    return Content("").join(
        [
            Content("  "),
            _arrows(f"step {grouped(shown.step)}", "step"),
            Content.styled(f" {latest}", "$text-success" if shown.alive else "$quiet")
            if follows
            else Content(" ") + _link("l latest", "step", LATEST).stylize("underline $quiet"),
            Content("  "),
            _arrows(problem, "problem"),
        ]
    )


def _arrows(words: str, action: str) -> Content:
    return Content(" ").join([_link("‹", action, -1), Content(words), _link("›", action, 1)])


def _link(words: str, action: str, argument: str | int) -> Content:
    return Content.styled(words, Style.from_meta({"@click": f"click({action!r}, {argument!r})"}))
