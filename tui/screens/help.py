"""Help: what the focused widget, its pane and the frame are for, and every key that they have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import SystemModalScreen
from textual.widgets import Markdown, Static

from tui.keys.help_text import Line, Section, sections
from tui.screens.dialog import Dialog, key_words

if TYPE_CHECKING:
    from tui.doors import Doors

KEYS_WIDTH = 18
"""Cells for the keys of a line; longer ones push their words aside."""

_AFTER = {"now": "", "in text": " · a letter in the text: esc leaves it", "not now": " · not now"}


class HelpScreen(Dialog[None]):
    """Scrolls; F1 or escape closes it.

    Args:
        found: what to tell, in this order.
    """

    CSS = """
    HelpScreen .dialog {
        width: 96;
        max-width: 100%;
        height: 100%;
        max-height: 100%;
        padding: 0 1;
        scrollbar-size-vertical: 1;
        .heading, .keys { margin: 0 0 1 0; }
        Markdown { height: auto; padding: 0; margin: 0; background: $surface; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "cancel", "close", show=False, id="help.close"),
    ]

    def __init__(self, found: Sequence[Section]) -> None:
        super().__init__()
        self.found = found

    def compose(self) -> ComposeResult:
        """A heading, prose and keys for each part."""
        with VerticalScroll(classes="dialog help") as box:
            box.border_title = Content("help")
            box.border_subtitle = key_words("↑ ↓ pgup pgdn scroll", ("esc closes", "cancel"))
            for section in self.found:
                yield Static(Content.styled(section.title, "bold $primary"), classes="heading")
                if section.prose:
                    yield Markdown(section.prose, open_links=False)
                if section.lines:
                    yield Static(Content("\n").join(map(_drawn, section.lines)), classes="keys")

    def on_mount(self) -> None:
        """The keys scroll at once."""
        self.query_one(VerticalScroll).focus()


def _drawn(line: Line) -> Content:
    quiet = "" if line.state == "now" else "$quiet"
    return Content.assemble(
        (line.keys.ljust(KEYS_WIDTH), "bold" if line.state == "now" else "$quiet"),
        " ",
        (line.words, quiet),
        (_AFTER[line.state], "$quiet"),
    )


def show_help(app: Doors) -> None:
    """Open the help for what has the focus; close it where it is open."""
    screen = app.screen
    if isinstance(screen, HelpScreen):
        screen.dismiss(None)
    elif not isinstance(screen, SystemModalScreen):
        app.push_screen(HelpScreen(sections(screen, app.keys.own)))
