"""Jump mode: a letter appears on everything that one can go to, and the letter goes there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from textual import events
from textual.app import App, ComposeResult
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from tui.keys.targets import Target, labels, places, targets
from tui.widgets.key_line import KeyLine
from tui.widgets.top_bar import PANES

if TYPE_CHECKING:
    from textual.geometry import Size


class _Label(Static):
    """A letter on the screen; a click on it is the same as its key."""

    def __init__(self, letters: str, target: Target, place: tuple[int, int]) -> None:
        super().__init__(Content(letters))
        self.letters, self.target = letters, target
        self.styles.offset = place

    def on_click(self, event: events.Click) -> None:
        """Go there."""
        event.stop()
        if isinstance(self.screen, JumpScreen):
            self.screen.leave(self.target)


class JumpScreen(ModalScreen[Target | None]):
    """Lies over another screen; gives where to go, or None. No key means anything else in it.

    Args:
        found: what there is to go to.
        size: of the screen below; the letters stand right in no other.
    """

    TAKES_ALL_KEYS = True
    CSS = """
    JumpScreen {
        background: $background 35%;
        &:ansi { background: transparent; }
        _Label {
            position: absolute;
            width: auto;
            height: 1;
            background: $accent;
            color: $background;
            text-style: bold;
            &:ansi { text-style: bold reverse; }
            &:nocolor { text-style: bold reverse; }
        }
        #jump-words {
            dock: bottom;
            height: 1;
            background: $panel;
            padding: 0 1;
        }
    }
    """

    def __init__(self, found: Sequence[Target], size: Size) -> None:
        super().__init__()
        self._typed, self._size_below = "", size
        others = labels(sum(1 for each in found if each.pane not in PANES))
        names = [PANES[each.pane][0] if each.pane in PANES else others.pop(0) for each in found]
        where = places(found, [len(name) for name in names], size.width)
        self._labels = [_Label(*each) for each in zip(names, found, where, strict=True)]

    def compose(self) -> ComposeResult:
        """The letters, and what to do with them."""
        yield from self._labels
        with_panes = any(label.target.pane for label in self._labels)
        number = " or a pane's number" if with_panes else ""
        words = f"jump: press a letter{number} · esc leaves"
        yield Static(Content(words), id="jump-words")

    def leave(self, target: Target | None) -> None:
        """Close, once: a click or a terminal that is drawn larger may say so several times."""
        if self.is_active:
            self.dismiss(target)

    def on_key(self, event: events.Key) -> None:
        """A letter, the second of two, or escape."""
        event.stop()
        event.prevent_default()
        if event.character is None or not event.is_printable:
            self.leave(None)
            return
        typed = self._typed + event.character.lower()
        fitting = [label for label in self._labels if label.letters.startswith(typed)]
        if not fitting:
            return
        self._typed = typed
        if fitting[0].letters == typed:
            self.leave(fitting[0].target)
        for label in self._labels:
            label.display = label in fitting

    def on_click(self, event: events.Click) -> None:
        """Beside the letters."""
        if event.widget is self:
            self.leave(None)

    def on_resize(self, event: events.Resize) -> None:
        """What the letters stand on has moved."""
        if event.size != self._size_below:
            self.leave(None)


def jump(app: App[Any]) -> None:
    """Begin to jump on the screen that is shown."""
    below = app.screen
    found = [each for each in targets(below) if not isinstance(each.widget, KeyLine)]

    def chosen(target: Target | None) -> None:
        if target is not None:
            app.call_later(_go, below, target)

    app.push_screen(JumpScreen(found, below.size), chosen)


async def _go(below: Screen[Any], target: Target) -> None:
    """By the way that a click or tab would take."""
    widget = target.widget
    if not widget.is_attached or widget.screen is not below:
        return  # What stood there is gone.
    if target.kind == "focus":
        widget.focus()
    elif target.kind == "link":
        await below.app.run_action(target.action, widget)
    else:
        inside = (target.x - widget.region.x, target.y - widget.region.y)
        click = events.Click(
            widget, *inside, 0, 0, 1, False, False, False, screen_x=target.x, screen_y=target.y
        )
        widget.post_message(click)
