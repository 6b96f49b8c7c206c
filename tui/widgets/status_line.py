"""The line above the footer: how the engine does, and how far the training is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tui.format import megabytes

if TYPE_CHECKING:
    from engine.protocol import EngineStatus, Health

_SIGNS = {
    "down": ("○", "$quiet"),
    "starting": ("◌", "$text-warning"),
    "ready": ("●", "$text-success"),
    "lost": ("✗", "$text-error"),
}


def engine_words(status: EngineStatus | None, health: Health | None) -> str:
    """``engine ready · 212 MB · restarted once``."""
    if status is None:
        return "engine not started yet"
    words = [f"engine {status.state}"]
    if status.state in ("starting", "lost") and status.detail:
        words.append(status.detail)
    if health is not None and status.state == "ready":
        words.append(megabytes(health.memory_bytes))
    if status.restarts:
        times = {1: "once", 2: "twice"}.get(status.restarts, f"{status.restarts} times")
        words.append(f"restarted {times}")
    return " · ".join(words)


class StatusLine(Widget):
    """Engine to the left, training to the right."""

    status: reactive[EngineStatus | None] = reactive(None)
    health: reactive[Health | None] = reactive(None)
    job = reactive("")

    def render(self) -> Content:
        """A sign and words; the sign alone tells the state without colour."""
        sign, style = _SIGNS[self.status.state if self.status else "down"]
        words = engine_words(self.status, self.health)
        room = self.size.width - len(self.job) - 5
        if len(words) > room:
            words = words[: max(0, room - 1)] + "…"
        left = Content.assemble((f" {sign} ", style), (words, "$quiet"))
        gap = self.size.width - left.cell_length - len(self.job) - 1
        return left + Content.styled(" " * max(1, gap) + self.job, "$quiet")
