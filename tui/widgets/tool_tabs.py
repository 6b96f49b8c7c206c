"""The tools' names in a line, one of them chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from tui.safe_text import one_line

if TYPE_CHECKING:
    from engine.tool_protocol import ToolInfo


class ToolTabs(Widget):
    """A click on a name chooses it."""

    number = reactive(0, init=False)

    class Changed(Message):
        """Another one is chosen."""

    def __init__(self, tools: Sequence[ToolInfo]) -> None:
        super().__init__()
        self.tools = tools

    def render(self) -> Content:
        """The chosen one reversed, as in the top bar."""
        parts = []
        for number, tool in enumerate(self.tools):
            # The action is ours; a tool's name is only ever text.
            link = Content.from_markup(
                f"[@click=take({number})] $name [/]", name=one_line(tool.name)
            )
            parts.append(link.stylize("bold reverse" if number == self.number else "$quiet"))
        return Content("  ").join(parts)

    def action_take(self, number: int) -> None:
        """A name was clicked."""
        self.number = number

    def watch_number(self) -> None:
        """Say so."""
        self.post_message(self.Changed())
