"""How much of what the model can read is used, and what to do when it is full."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

BAR_CELLS = 16
NEARLY_FULL = 0.8


class ContextMeter(Widget):
    """One line; the numbers and words say what the bar's colour says."""

    used = reactive(0)
    room = reactive(0)
    hint = reactive("")
    """What the person could do now, where there is place for it."""

    def render(self) -> Content:
        """``context ▓▓▓▓░░░░ 187/512 · a: approve``."""
        if not self.room:
            return Content.styled(f"context empty{' · ' * bool(self.hint)}{self.hint}", "$quiet")
        share = min(1.0, self.used / self.room)
        full = round(share * BAR_CELLS)
        style = "$text-error" if share >= 1 else "$text-warning" if self.nearly_full else "$primary"
        words = f" {self.used}/{self.room}"
        if share >= 1:
            words += " · full: ctrl+n begins a new conversation"
        elif self.nearly_full:
            words += " · nearly full: a new conversation is ctrl+n"
        bar = Content.assemble(
            ("context ", "$quiet"), ("▓" * full, style), ("░" * (BAR_CELLS - full), "$quiet"), words
        )
        rest = f" · {self.hint}" if self.hint else ""
        if bar.cell_length + len(rest) <= self.size.width:
            bar += Content.styled(rest, "$quiet")
        return bar

    @property
    def nearly_full(self) -> bool:
        """Whether it is time to think of an end."""
        return bool(self.room) and self.used >= NEARLY_FULL * self.room
