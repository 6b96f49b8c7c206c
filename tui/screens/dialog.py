"""The look and the keys that all dialogs share."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

Result = TypeVar("Result")


class Dialog(ModalScreen[Result | None]):
    """A box in the middle; escape or a click beside it gives None."""

    CSS_PATH = "dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "cancel", id="dialog.cancel"),
    ]

    def action_cancel(self) -> None:
        """Close without a result."""
        self.dismiss(None)

    def on_click(self, event: object) -> None:
        """A click beside the box closes it."""
        from textual.events import Click

        if isinstance(event, Click) and event.widget is self:
            self.dismiss(None)
