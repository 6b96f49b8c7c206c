"""The line above the footer: how the engine does, what is going on, and what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tui.format import megabytes

if TYPE_CHECKING:
    from engine.protocol import EngineStatus, Health
    from tui.state.state import State

_SIGNS = {
    "down": ("○", "$quiet"),
    "starting": ("◌", "$text-warning"),
    "ready": ("●", "$text-success"),
    "lost": ("✗", "$text-error"),
}
_BETWEEN = " · "


@dataclass(frozen=True, slots=True)
class Item:
    """Words that stand or fall together.

    Args:
        words: what is said.
        weight: the lightest goes first where there is no room.
        side: of the line.
        style: of the words.
    """

    words: str
    weight: int
    side: Literal["left", "right"] = "left"
    style: str = "$quiet"


def engine_words(status: EngineStatus | None, health: Health | None) -> str:
    """``engine ready · 212 MB · restarted once``."""
    return _BETWEEN.join(item.words for item in engine_items(status, health))


def engine_items(status: EngineStatus | None, health: Health | None) -> list[Item]:
    """State, what it is at or died of, memory, restarts."""
    if status is None:
        return [Item("engine not started yet", 9)]
    items = [Item(f"engine {status.state}", 9)]
    if status.state in ("starting", "lost") and status.detail:
        items.append(Item(status.detail, 7))
    if health is not None and status.state == "ready":
        items.append(Item(megabytes(health.memory_bytes), 4))
    if status.restarts:
        times = {1: "once", 2: "twice"}.get(status.restarts, f"{status.restarts} times")
        items.append(Item(f"restarted {times}", 3))
    return items


def fitting(items: Sequence[Item], width: int) -> list[Item]:
    """Those that have room: whole items go, the lightest first, of equals the last.

    Where the last one alone is too wide, it ends in an ellipsis behind a whole word.
    """
    kept = list(items)
    while len(kept) > 1 and _width(kept) > width:
        lightest = min(item.weight for item in kept)
        kept.remove([item for item in kept if item.weight == lightest][-1])
    if kept and _width(kept) > width:
        last = kept[0]
        words = last.words.split(" ")
        while len(words) > 1 and Content(" ".join(words)).cell_length + 2 > width:
            words.pop()
        kept = [Item(f"{' '.join(words)} …", last.weight, last.side, last.style)]
    return kept


def _width(items: Sequence[Item]) -> int:
    return sum(Content(item.words).cell_length for item in items) + 3 * (len(items) - 1)


class StatusLine(Widget):
    """Engine and memory to the left, what is going on to the right."""

    status: reactive[EngineStatus | None] = reactive(None)
    health: reactive[Health | None] = reactive(None)
    job = reactive("")
    """What goes on in processes of their own, " · " between."""
    trouble = reactive("")
    """Something that stays wrong: a disk that cannot be written to."""
    memory_bytes = reactive(0)
    """Of the app's own process; 0 while nobody has looked."""

    def look(self, state: State) -> None:
        """Ask the process for its memory, and the database whether it can be written to."""
        from engine.server.memory import resident_bytes

        # Whole megabytes: the line is drawn anew only when it would say something else.
        self.memory_bytes = resident_bytes() // 1_000_000 * 1_000_000
        self.trouble = "" if state.on_disk else "nothing is kept"

    def render(self) -> Content:
        """A sign and words; the sign alone tells the state without colour."""
        sign, style = _SIGNS[self.status.state if self.status else "down"]
        kept = fitting(self._items(), self.size.width - 4)
        left = self._joined([item for item in kept if item.side == "left"])
        right = self._joined([item for item in kept if item.side == "right"])
        left = Content.assemble((f" {sign} ", style)) + left
        gap = self.size.width - left.cell_length - right.cell_length - 1
        return left + Content(" " * max(1, gap)) + right

    def _items(self) -> list[Item]:
        items = engine_items(self.status, self.health)
        if self.trouble:
            items.insert(0, Item(f"! {self.trouble}", 10, style="bold $text-warning"))
        if self.health is not None and self.status and self.status.state == "ready":
            items.append(Item(self.health.device, 5))
        if self.memory_bytes:
            items.append(Item(f"app {megabytes(self.memory_bytes)}", 2))
        jobs = self.job.split(_BETWEEN) if self.job else []
        items += [Item(words, 8 if n == 0 else 6, "right") for n, words in enumerate(jobs)]
        return items

    @staticmethod
    def _joined(items: Sequence[Item]) -> Content:
        return Content(_BETWEEN).join([Content.styled(item.words, item.style) for item in items])
