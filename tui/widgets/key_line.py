"""The last line: the keys that do something now, as many as there is room for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.app import App
from textual.content import Content
from textual.screen import Screen
from textual.style import Style
from textual.widget import Widget

from tui.keys.names import shown_key

_ALWAYS = ("app.help", "app.palette")
"""They lead to all the others, so they are the last to go where it is narrow."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it stands in the line.

    Args:
        id: of its binding; None for one of Textual's own.
        key: as Textual calls it.
        shown: as a person calls it.
        words: what it does.
        enabled: whether it would do it now.
        frames: whether it belongs to the frame, not to what is shown in it.
    """

    id: str | None
    key: str
    shown: str
    words: str
    enabled: bool
    frames: bool

    @property
    def width(self) -> int:
        """Cells, a blank before and behind it included."""
        return Content(self.shown).cell_length + Content(self.words).cell_length + 3


def keys_now(screen: Screen[object]) -> list[Key]:
    """The bindings of a screen that want to be shown, one an action, the focused widget's first."""
    found: dict[tuple[str, str], Key] = {}
    for node, binding, enabled, _ in screen.active_bindings.values():
        if binding.show:
            key = Key(
                binding.id,
                binding.key,
                binding.key_display or shown_key(binding.key),
                binding.description,
                enabled,
                isinstance(node, App),
            )
            found.setdefault((binding.action, binding.description), key)
    return list(found.values())


def fitting(keys: Sequence[Key], width: int) -> list[Key]:
    """Those that fit a width, in their order; none is cut, whole ones are left out.

    What leads to all keys stays longest; the frame's others go first.
    """
    by_weight = sorted(keys, key=lambda key: (key.id not in _ALWAYS, key.frames))
    kept: list[Key] = []
    for key in by_weight:
        if sum(each.width for each in kept) + key.width <= width:
            kept.append(key)
    return [key for key in keys if key in kept]


class KeyLine(Widget):
    """A click on a key presses it; F1 tells of those that found no room."""

    def on_mount(self) -> None:
        """Draw anew whenever other keys do something."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, screen: Screen[object]) -> None:
        if screen is self.screen:
            self.refresh()

    def render(self) -> Content:
        """Key and words, key and words."""
        parts = []
        for key in fitting(keys_now(self.screen), self.size.width):
            part = Content.assemble((f" {key.shown} ", "bold"), f"{key.words} ")
            if key.enabled:
                part = part.stylize(Style.from_meta({"@click": f"press({key.key!r})"}))
            else:
                part = part.stylize("dim")
            parts.append(part)
        return Content("").join(parts)

    def action_press(self, key: str) -> None:
        """A key was clicked."""
        self.app.simulate_key(key)
