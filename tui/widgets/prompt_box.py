"""Where the prompt is typed: enter sends, alt+enter starts a new line."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import TextArea

from tui.format import grouped

MOST_CHARACTERS = 100_000
"""Far more than the longest context of a model that can be imported here takes."""


class PromptBox(TextArea):
    """A small text area; raw prompts may have several lines, as few-shot examples do."""

    HELP = """
## The prompt

**enter** sends it to all columns (so does **ctrl+j**); **alt+enter** starts a new line.
**ctrl+t** switches between raw text, which models continue, and chat, which assistants answer.
**escape** goes to the columns, where **1** to **8** are panes again and not text; answers that are
on their way stop.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,ctrl+j", "send", "send", priority=True, key_display="⏎", id="prompt.send"),
        Binding("alt+enter,shift+enter", "newline", "new line", show=False, id="prompt.newline"),
        Binding("escape", "leave", "leave", key_display="esc", id="prompt.leave"),
    ]

    class Sent(Message):
        """Enter was pressed."""

    class Left(Message):
        """Escape was pressed."""

    def on_paste(self, event: events.Paste) -> None:
        """Cut what no context has room for: laying out some megabytes would take long seconds."""
        room = max(0, MOST_CHARACTERS - len(self.text) + len(self.selected_text))
        if len(event.text) > room:
            event.text = event.text[:room]
            self.notify(
                f"The prompt is full: it can have {grouped(MOST_CHARACTERS)} characters, and what "
                "was beyond them was left out.",
                severity="warning",
                markup=False,
            )

    def action_send(self) -> None:
        """Hand the text over."""
        self.post_message(self.Sent())

    def action_newline(self) -> None:
        """Start a new line."""
        self.insert("\n")

    def action_leave(self) -> None:
        """Hand the focus over."""
        self.post_message(self.Left())
