"""What there is to jump to on a screen: what takes the focus, and what a click does something to.

Nobody declares it: it is read off the screen, so a new pane has it from the start.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from textual.errors import NoWidget
from textual.geometry import Region
from textual.screen import Screen
from textual.widget import Widget

LETTERS = "asdfghjklqwertyuiopzxcvbnm"
"""The home row first."""

Kind = Literal["focus", "link", "click"]


@dataclass(frozen=True, slots=True)
class Target:
    """Somewhere to go.

    Args:
        kind: give the focus, run the action of a link, or click on the widget.
        widget: which.
        x: column of the screen where its letter stands.
        y: line of the screen.
        action: of a link, as Textual has it in the style of its text.
    """

    kind: Kind
    widget: Widget
    x: int
    y: int
    action: Any = None

    @property
    def pane(self) -> str | None:
        """The pane that a link leads to."""
        words = str(self.action[0] if isinstance(self.action, tuple) else self.action)
        if self.kind != "link" or not words.startswith("app.pane"):
            return None
        return str(self.action).partition("'")[2].partition("'")[0] or None


def targets(screen: Screen[Any]) -> list[Target]:
    """All that can be seen now: what takes the focus before the rest, each as one reads."""
    found = [target for widget in screen.walk_children(Widget) for target in _of(screen, widget)]
    return sorted(found, key=lambda each: (each.kind != "focus", each.y, each.x))


def labels(count: int) -> list[str]:
    """So many letters, or pairs of letters where there are too few; none begins another."""
    n_first = 0
    while len(LETTERS) - n_first + n_first * len(LETTERS) < count:
        n_first += 1
    single, first = LETTERS[: len(LETTERS) - n_first], LETTERS[len(LETTERS) - n_first :]
    pairs = (one + other for one in first for other in LETTERS)
    return [*single, *pairs][:count]


def places(wanted: Sequence[Target], widths: Sequence[int], room: int) -> list[tuple[int, int]]:
    """Where labels stand so that none hides another: as near as there is room in the line.

    Args:
        wanted: what they lead to.
        widths: of the labels, in cells.
        room: cells of a line.
    """
    taken: set[tuple[int, int]] = set()
    found = []
    for target, width in zip(wanted, widths, strict=True):
        x = min(target.x, room - width)
        while x < room - width and any((x + n, target.y) in taken for n in range(width)):
            x += 1
        taken.update((x + n, target.y) for n in range(width))
        found.append((x, target.y))
    return found


def _of(screen: Screen[Any], widget: Widget) -> Iterator[Target]:
    try:
        geometry = screen.find_widget(widget)
    except NoWidget:
        return
    seen = geometry.visible_region
    if not seen or not widget.visible:
        return
    if widget.focusable:
        yield Target("focus", widget, seen.x, seen.y)
    elif callable(getattr(widget, "on_click", None)):
        yield Target("click", widget, seen.x, seen.y)
    inner = seen.translate(-geometry.region.offset)
    for x, y, action in _links(widget, inner):
        yield Target("link", widget, x + geometry.region.x, y + geometry.region.y, action)


def _links(widget: Widget, seen: Region) -> Iterator[tuple[int, int, Any]]:
    """The first cell of every link in the part of a widget that is seen."""
    known: set[str] = set()
    for y, strip in enumerate(widget.render_lines(seen), seen.y):
        x = seen.x
        for segment in strip:
            action = segment.style.meta.get("@click") if segment.style else None
            if action is not None and repr(action) not in known:
                known.add(repr(action))
                blanks = len(segment.text) - len(segment.text.lstrip())
                yield x + min(blanks, segment.cell_length - 1), y, action
            x += segment.cell_length
