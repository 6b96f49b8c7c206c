"""Buttons that are on or off, and show it without colour; Textual's own differ in colour alone."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Checkbox, RadioButton

_ON = "bold $text-success"


class Choice(RadioButton):
    """``(●)`` when chosen, ``( )`` when not."""

    @property
    def _button(self) -> Content:
        """Textual's hook has no public name."""
        return Content.styled("(●)", _ON) if self.value else Content("( )")


class Tick(Checkbox):
    """``[X]`` when ticked, ``[ ]`` when not."""

    @property
    def _button(self) -> Content:
        """Textual's hook has no public name."""
        return Content.styled("[X]", _ON) if self.value else Content("[ ]")
