"""A line in which a word is typed."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input


class WordBox(Input):
    """Enter takes the word, escape leaves it.

    Args:
        css_id: of the widget.
        example: what stands there while it is empty.
        value: what stands there at first.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "leave", key_display="esc", id="token-word.leave"),
    ]

    class Left(Message):
        """Escape was pressed."""

    def __init__(self, css_id: str, example: str, value: str = "") -> None:
        super().__init__(value, placeholder=example, id=css_id, compact=True, classes="token-word")

    def action_leave(self) -> None:
        """Hand the focus over."""
        self.post_message(self.Left())
