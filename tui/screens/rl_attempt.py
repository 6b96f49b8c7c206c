"""One attempt whole, with the ids and the numbers of its tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui import telling
from tui.rl.attempt_text import attempt_words
from tui.safe_text import one_line
from tui.screens.dialog import Dialog, key_words
from tui.widgets.words import Words

if TYPE_CHECKING:
    from engine.rl.record import Group


class RlAttempt(Dialog[int]):
    """Closes with the card that was read last; left and right turn to the others."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "turn(-1)", "attempt before", id="attempt.before"),
        Binding("right", "turn(1)", "next attempt", id="attempt.next"),
        Binding("enter", "cancel", "close", show=False, id="attempt.close"),
    ]

    def __init__(self, group: Group, card: int) -> None:
        super().__init__(classes="rl-attempt")
        self.group, self.card = group, card
        self._words = Words()
        self._scroll = VerticalScroll(self._words)

    def compose(self) -> ComposeResult:
        """The text scrolls."""
        with Vertical(classes="dialog card") as box:
            self._box = box
            yield self._scroll
            words = key_words(
                ("← attempt before", "turn(-1)"),
                ("→ next", "turn(1)"),
                "↑ ↓ scroll",
                ("esc close", "cancel"),
            )
            yield Static(words, id="keys")

    def on_mount(self) -> None:
        """The keys scroll at once."""
        self._scroll.focus()

    def on_resize(self) -> None:
        """Lines are as wide as the box."""
        self.call_after_refresh(self._show)

    def _show(self) -> None:
        n = len(self.group.attempts)
        title = f"attempt {self.card + 1}/{n} · {one_line(self.group.question)}"
        self._box.border_title = Content(title)
        width = self._scroll.scrollable_content_region.width
        self._words.say(attempt_words(self.group, self.card, width - 1))
        telling.rollout_opened(self, self.group, self.card)

    def action_turn(self, by: int) -> None:
        """Another attempt at the same problem."""
        self.card = (self.card + by) % len(self.group.attempts)
        self._show()
        self._scroll.scroll_home(animate=False)

    def action_cancel(self) -> None:
        """Back to the wall, at the card that was read."""
        self.dismiss(self.card)
