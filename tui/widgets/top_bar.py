"""The first line: the lab's name, its panes by number, and what runs on what."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

PANES = {
    "pipeline": ("1", "Pipeline"),
    "data": ("2", "Data"),
    "tokens": ("3", "Tokens"),
    "compare": ("4", "Compare"),
    "chat": ("5", "Chat & Tools"),
    "probes": ("6", "Probes"),
    "rl": ("7", "RL"),
    "runs": ("8", "Runs"),
}
"""Panes by id: the key and the name. Later panes take the numbers between."""


class TopBar(Widget):
    """One line; a click on a pane's name goes there."""

    pane = reactive("")
    summary = reactive("")

    def render(self) -> Content:
        """Name and panes to the left, the summary to the right."""
        parts: list[Content] = [Content.styled(" llmlab ", "bold $primary")]
        for name, (key, title) in PANES.items():
            style = "bold reverse" if name == self.pane else "$quiet"
            # Our own constants only: nothing from outside is ever markup.
            parts.append(Content.from_markup(f" [@click=app.pane('{name}')] {key} {title} [/]"))
            parts[-1] = parts[-1].stylize(style, 1)
        left = Content("").join(parts)
        if left.cell_length > self.size.width:
            left = Content("").join(parts[1:])
        room = self.size.width - left.cell_length - 1
        if len(self.summary) > room:
            return left
        return left + Content.styled(self.summary.rjust(room), "$quiet")
