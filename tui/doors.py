"""What the frame's keys open; each door imports what is behind it when it is gone through."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual import events
from textual.app import App

from tui.keys.frame_keys import OF_PANES
from tui.keys.lab_keys import LabKeys
from tui.panes.pane import LabPane

if TYPE_CHECKING:
    from textual.notifications import SeverityLevel

    from tui.app import LabApp
    from tui.settings.live import LiveSettings

_SIGNS = {"information": "", "warning": "! ", "error": "✗ "}


class Doors(App[None]):
    """The part of the app that answers its own keys."""

    keys: LabKeys
    settings: LiveSettings
    shown_pane: str

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A dialog is closed before one goes elsewhere; one that waits for a key takes them all."""
        if getattr(self.screen, "TAKES_ALL_KEYS", False):
            return action == "quit"
        return action not in OF_PANES or not self.screen.is_modal

    def copy_to_clipboard(self, text: str) -> None:
        """Copy through the terminal; half a surrogate pair, which it cannot be sent, as ``?``."""
        super().copy_to_clipboard(text.encode("utf-8", "replace").decode())

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """As Textual's; a warning and an error have a sign, as their colour alone would say it."""
        message = _SIGNS[severity] + message
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=markup)

    async def on_key(self, event: events.Key) -> None:
        """A key that nobody wanted."""
        if await self.keys.press(event.key):
            event.prevent_default()

    def action_jump(self) -> None:
        """Show a letter on everything that one can go to."""
        from tui.screens.jump import jump

        jump(self)

    def action_history(self) -> None:
        """Search what was said and asked."""
        from tui.looking_back import look_back

        look_back(cast("LabApp", self))

    def action_settings(self) -> None:
        """Show the settings."""
        from tui.screens.settings import SettingsScreen

        self.push_screen(SettingsScreen(self.settings))

    def action_keys(self) -> None:
        """See the keys, and change them."""
        from tui.screens.keys import KeysScreen

        self.push_screen(KeysScreen(self.keys))

    def action_export(self) -> None:
        """Write what the pane shows to a file."""
        from tui.screens.export import export_pane

        export_pane(self.query_one(f"#{self.shown_pane}", LabPane))

    def action_help(self) -> None:
        """Open or close the help for what has the focus."""
        from tui.screens.help import show_help

        show_help(self)
