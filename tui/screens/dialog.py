"""The look and the keys that all dialogs share."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from textual import events, on
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen
from textual.style import Style
from textual.widgets import Button, Input, Static

from tui.safe_text import visible

Result = TypeVar("Result")


class Dialog(ModalScreen[Result | None]):
    """A box in the middle; escape or a click beside it gives None."""

    CSS_PATH = "dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "cancel", id="dialog.cancel"),
    ]
    _closes_with: tuple[Result | None] | None = None
    """What it was to give while another screen lay over it."""

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        """Close and give ``result``, once; under another screen as soon as that is gone.

        Textual's own takes the screen on top away, whichever it is: the help that lies over a form
        whose work has just ended, or for the second of two quick enters what lay below.
        """
        if self.is_active:
            return super().dismiss(result)
        self._closes_with = (result,)
        return AwaitComplete()

    def on_screen_resume(self) -> None:
        """What lay over it is gone."""
        if self._closes_with is not None:
            (result,), self._closes_with = self._closes_with, None
            self.dismiss(result)

    def action_cancel(self) -> None:
        """Close without a result."""
        self.dismiss(None)

    def on_click(self, event: events.Click) -> None:
        """A click beside the box closes it."""
        if event.widget is self:
            self.dismiss(None)


def key_words(*parts: str | tuple[str, str]) -> Content:
    """The line of a dialog that says its keys; a click on those with an action is the key.

    Args:
        parts: words, with the dialog's action where they can be clicked.
    """
    drawn: list[Content] = []
    for part in parts:
        if isinstance(part, str):
            drawn.append(Content(part))
        else:
            words, action = part
            drawn.append(Content.styled(words, Style.from_meta({"@click": f"screen.{action}"})))
    return Content(" · ").join(drawn)


class AskingDialog(Dialog[Result]):
    """A dialog with lines to fill in, a primary button that finishes, and a ``#mistake``."""

    def finish(self) -> None:
        """Close with what was chosen, or say what is wrong with it."""
        raise NotImplementedError

    def say_mistake(self, words: str) -> None:
        """Say what is wrong; nothing that was chosen is lost."""
        self.query_one("#mistake", Static).update(Content(f"✗ {visible(words)}"))

    @on(Input.Submitted)
    def submitted(self) -> None:
        """Enter in any line is the same as the primary button."""
        self.finish()

    @on(Button.Pressed)
    def pressed(self, event: Button.Pressed) -> None:
        """By mouse, or enter on a button; all but the primary one cancel."""
        if event.button.variant == "primary":
            self.finish()
        else:
            self.dismiss(None)
