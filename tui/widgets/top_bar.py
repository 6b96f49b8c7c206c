"""The first line: the lab's name, its panes by number, and what runs on what."""

from __future__ import annotations

from collections.abc import Iterator

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
"""Panes by id: the key and the name."""

_SHORT = {"chat": "Chat"}
_SHORTEST = {"pipeline": "Pipe", "chat": "Chat"}
"""Names where there is no room for the whole ones."""


class TopBar(Widget):
    """One line; a click on a pane's name goes there."""

    pane = reactive("")
    summary = reactive("")

    def render(self) -> Content:
        """Name and panes to the left, as much of the summary as there is room for to the right."""
        width = self.size.width
        left = next((line for line in self._layouts() if line.cell_length <= width), Content(""))
        parts = self.summary.split(" · ")
        while parts and Content(" · ".join(parts)).cell_length + 1 > width - left.cell_length - 1:
            parts.pop()
        words = Content(" · ".join(parts))
        gap = " " * (width - left.cell_length - words.cell_length - 1)
        return left + Content.styled(gap + words.plain, "$quiet") if parts else left

    def _layouts(self) -> Iterator[Content]:
        """From the widest to the narrowest."""
        name = Content.styled(" llmlab ", "bold $primary")
        yield name + self._tabs({}, "  ")
        yield self._tabs({}, "  ")
        yield self._tabs(_SHORT, " ")
        yield self._tabs(_SHORTEST, "")
        yield self._tabs(dict.fromkeys(set(PANES) - {self.pane}, ""), "")

    def _tabs(self, shorter: dict[str, str], pad: str) -> Content:
        """The panes, one blank and the padding between them.

        Args:
            shorter: other names by pane; an empty one leaves the number alone.
            pad: what stands beside each name, inside of what is marked and can be clicked.
        """
        inner, outer = pad[:1], pad[1:]
        tabs = []
        for name, (key, title) in PANES.items():
            words = f"{inner}{key} {shorter.get(name, title)}".rstrip() + inner
            # Our own constants only: nothing from outside is ever markup.
            tab = Content.from_markup(f"[@click=app.pane('{name}')]{words}[/]")
            tabs.append(tab.stylize("bold reverse" if name == self.pane else "$quiet"))
        between = outer if pad else " "
        return Content(between).join(tabs)
