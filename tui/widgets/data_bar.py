"""A line that says what is shown, with arrows to what comes before and after it."""

from __future__ import annotations

from textual.content import Content
from textual.message import Message
from textual.style import Style

from tui.widgets.words import Words


class DataBar(Words):
    """A click on an arrow turns."""

    class Turned(Message):
        """To the one before (-1) or after (1)."""

        def __init__(self, bar: DataBar, by: int) -> None:
            super().__init__()
            self.bar, self.by = bar, by

        @property
        def control(self) -> DataBar:
            """Whose arrow it was."""
            return self.bar

    def turn_among(self, name: Content, words: Content) -> None:
        """Show ``‹ name › words``."""
        self.say(Content("").join([_arrow("‹", -1), name, _arrow("›", 1), words]))

    def action_turn(self, by: int) -> None:
        """An arrow was clicked."""
        self.post_message(self.Turned(self, by))


def _arrow(sign: str, by: int) -> Content:
    return Content.styled(f" {sign} ", Style.from_meta({"@click": f"turn({by})"}))
