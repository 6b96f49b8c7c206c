"""What stands over everything while a terminal is smaller than the lab is laid out for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.style import Style
from textual.widgets import Static

from tui.app import SMALL_HEIGHT, SMALL_WIDTH

if TYPE_CHECKING:
    from textual.geometry import Size

    from tui.app import LabApp

WHOLE = (SMALL_WIDTH, SMALL_HEIGHT)
"""Cells and lines from which on nothing is cut."""
USABLE = (60, 16)
"""Cells and lines from which on one can work, with some of it cut."""


def mind_the_size(app: LabApp, size: Size) -> None:
    """Lay the notice over what is shown where a terminal of ``size`` wants it.

    Args:
        app: the lab.
        size: that the terminal has now.
    """
    if _reaches(size, WHOLE):
        app.small_is_fine = False
    shown = any(isinstance(screen, SmallTerminal) for screen in app.screen_stack)
    if not shown and not _is_fine(app, size):
        app.push_screen(SmallTerminal(app))


def dialogs(stack: Sequence[Screen[Any]]) -> list[Screen[Any]]:
    """What lies over the frame but for this notice."""
    return [screen for screen in stack[1:] if not isinstance(screen, SmallTerminal)]


class SmallTerminal(ModalScreen[None]):
    """Says what is needed and what there is; goes by itself when there is room.

    Whatever lies below stays as it is: answers stream on, dialogs keep what was typed.

    Args:
        lab: remembers that somebody went on all the same.
    """

    TAKES_ALL_KEYS = True
    CSS: ClassVar[str] = """
    SmallTerminal {
        align: center middle;
        background: $background;
        link-style: none;
        link-color: $foreground;
        link-background: transparent;
        Static {
            width: 1fr;
            height: auto;
            text-align: center;
            color: $quiet;
        }
    }
    """

    def __init__(self, lab: LabApp) -> None:
        super().__init__()
        self._lab = lab
        self._words = Static()

    def compose(self) -> ComposeResult:
        """A few lines in the middle."""
        yield self._words

    def on_resize(self, event: events.Resize) -> None:
        """Other numbers, or no need to say anything any more."""
        if _is_fine(self._lab, event.size):
            self._close()
        else:
            self._words.update(_notice(event.size))

    def on_screen_resume(self) -> None:
        """What lay above is closed; there may be room by now."""
        if _is_fine(self._lab, self.app.size):
            self._close()

    def on_key(self, event: events.Key) -> None:
        """Enter goes on; q, ctrl+q and ctrl+c quit; no other key means anything."""
        event.stop()
        event.prevent_default()
        if event.key in ("enter", "escape"):
            self.action_go_on()
        elif event.key in ("q", "ctrl+q", "ctrl+c"):
            self.app.exit()

    def action_go_on(self) -> None:
        """Put the notice away until the terminal was larger, if the lab can be used at all."""
        if _reaches(self.app.size, USABLE):
            self._lab.small_is_fine = True
            self._close()

    def _close(self) -> None:
        """Once: a terminal that is drawn larger may say so several times."""
        if self.is_active:
            self.dismiss(None)


def _is_fine(lab: LabApp, size: Size) -> bool:
    return _reaches(size, WHOLE) or (lab.small_is_fine and _reaches(size, USABLE))


def _reaches(size: Size, least: tuple[int, int]) -> bool:
    return size.width >= least[0] and size.height >= least[1]


def _notice(size: Size) -> Content:
    lines = [
        Content.styled(f"This terminal has {size.width}x{size.height}.", "bold $foreground"),
        Content(f"The lab is laid out for {WHOLE[0]}x{WHOLE[1]} and more."),
        Content("Nothing is lost; make it larger."),
    ]
    leave = _clickable("q quit", "app.quit")
    if _reaches(size, USABLE):
        on = _clickable("⏎ go on, with some of it cut", "screen.go_on")
        return Content("\n").join([*lines, Content(""), Content(" · ").join([on, leave])])
    return Content("\n").join([*lines, leave])


def _clickable(words: str, action: str) -> Content:
    return Content.styled(words, Style.from_meta({"@click": action}))
