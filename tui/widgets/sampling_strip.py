"""The shared sampling settings in one line; a click opens the form."""

from __future__ import annotations

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from tui.sampling import Sampling


class SamplingStrip(Widget):
    """Chat or raw, then the settings that are in force."""

    sampling: reactive[Sampling | None] = reactive(None)
    chat = reactive(True)

    class Clicked(Message):
        """The form is wanted."""

    class ModeClicked(Message):
        """The other way of rendering the prompt is wanted."""

    def render(self) -> Content:
        """``raw │ chat   temperature 0.8   top-p 0.95   seed 7``."""
        raw, chat = ("", "bold reverse") if self.chat else ("bold reverse", "")
        parts: list[Content | str | tuple[str, str]] = [
            (" raw ", raw or "$quiet"),
            (" chat ", chat or "$quiet"),
            "  ",
        ]
        for name, value in self.sampling.words() if self.sampling else []:
            parts += ["  ", (f"{name} ", "$quiet"), value]
        return Content.assemble(*parts)

    def on_click(self, event: events.Click) -> None:
        """The first cells switch the mode, the others open the form."""
        self.post_message(self.ModeClicked() if event.x < 12 else self.Clicked())
