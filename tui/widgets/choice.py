"""A radio button whose state shows without colour."""

from __future__ import annotations

from textual.widgets import RadioButton


class Choice(RadioButton):
    """Filled when chosen, empty when not; Textual's own differ in colour alone."""

    def on_mount(self) -> None:
        """What is chosen from the start is never watched."""
        self.BUTTON_INNER = "●" if self.value else " "

    def watch_value(self) -> None:
        """Change the sign with the state."""
        self.BUTTON_INNER = "●" if self.value else " "
        super().watch_value()
