"""The first line: the lab's name, its panes by number, and what runs on what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

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
        """Name and panes to the left, the summary to the right."""
        return bar(self.pane, self.summary, self.size.width)


def bar(shown: str, summary: str, width: int) -> Content:
    """The line, as much of the summary in it as there is room for.

    Args:
        shown: the pane that is marked.
        summary: words with " · " between; those that do not fit are left out from the end.
        width: in cells.
    """
    left = next((line for line in _layouts(shown) if line.cell_length <= width), Content(""))
    parts = summary.split(" · ") if summary else []
    while parts and Content(" · ".join(parts)).cell_length + 2 > width - left.cell_length:
        parts.pop()
    words = Content(" · ".join(parts))
    gap = " " * (width - left.cell_length - words.cell_length - 1)
    return left + Content.styled(gap + words.plain, "$quiet") if parts else left


def _layouts(shown: str) -> Iterator[Content]:
    """From the widest to the narrowest, which fits the least width that the lab needs."""
    name = Content.styled(" llmlab ", "bold $primary")
    yield name + _tabs(shown, {}, "  ")
    yield _tabs(shown, {}, "  ")
    yield _tabs(shown, _SHORT, " ")
    yield _tabs(shown, _SHORTEST, "")


def _tabs(shown: str, shorter: Mapping[str, str], pad: str) -> Content:
    """The panes, one blank and the padding between them.

    Args:
        shown: the pane that is marked.
        shorter: other names by pane.
        pad: what stands beside each name, inside of what is marked and can be clicked.
    """
    inner, outer = pad[:1], pad[1:]
    tabs = []
    for name, (key, title) in PANES.items():
        words = f"{inner}{key} {shorter.get(name, title)}{inner}"
        # Our own constants only: nothing from outside is ever markup.
        tab = Content.from_markup(f"[@click=app.pane('{name}')]{words}[/]")
        tabs.append(tab.stylize("bold reverse" if name == shown else "$quiet"))
    return Content(outer if pad else " ").join(tabs)
