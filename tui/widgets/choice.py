"""Buttons that are on or off, and show it without colour; Textual's own differ in colour alone."""

from __future__ import annotations

from textual.widgets import Checkbox, RadioButton


class Choice(RadioButton):
    """Filled when chosen, empty when not."""

    def on_mount(self) -> None:
        """What is chosen from the start is never watched."""
        self.BUTTON_INNER = "●" if self.value else " "

    def watch_value(self) -> None:
        """Change the sign with the state."""
        self.BUTTON_INNER = "●" if self.value else " "
        super().watch_value()


class Tick(Checkbox):
    """Crossed when ticked, empty when not."""

    def on_mount(self) -> None:
        """What is ticked from the start is never watched."""
        self.BUTTON_INNER = "X" if self.value else " "

    def watch_value(self) -> None:
        """Change the sign with the state."""
        self.BUTTON_INNER = "X" if self.value else " "
        super().watch_value()
