"""The settings of a running app: they hold from the first frame on, and a change at once."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual.app import App
from textual.constants import TEXTUAL_ANIMATIONS
from textual.filter import LineFilter, Monochrome, NoColor
from textual.theme import Theme

from engine.errors import LabError
from tui.background import in_background
from tui.grounds import TerminalColours
from tui.lending import be_as_set
from tui.safe_lines import SafeLines
from tui.safe_text import visible
from tui.sampling import OF_COMPARE
from tui.settings import open_settings, schema
from tui.settings.setting import SettingError
from tui.themes import ANSI_THEME, LAB_THEMES

if TYPE_CHECKING:
    from tui.app import LabApp

_SAFE, _COLOURS = SafeLines(), TerminalColours()


class LiveSettings:
    """Applies settings to the app and keeps what is chosen in it.

    Args:
        app: the app, before its first frame.
        given: by key, what the command line says for this visit.

    Raises:
        SettingError: a given value is none that its setting can have.
    """

    def __init__(self, app: LabApp, given: Mapping[str, str]) -> None:
        self._app = app
        self.opened = open_settings(given)
        self.no_color = bool(os.environ.get("NO_COLOR"))
        """No colours whatever the theme (no-color.org: any value but an empty one)."""
        self._filters: list[LineFilter] = [NoColor()] if self.no_color else []
        app.no_color = self.no_color  # Textual takes an empty value as well.
        for theme in LAB_THEMES:
            app.register_theme(theme)
        self._begin_with_theme()
        self._use_animations()

    def begin(self) -> None:
        """Once there is a terminal, and before anything is drawn on it."""
        self._use_ascii()
        self._app.theme_changed_signal.subscribe(self._app, self._theme_chosen)
        for words in self.opened.problems[:3]:
            self._warn(words)
        if len(self.opened.problems) > 3:
            self._warn(f"{len(self.opened.problems) - 3} more settings do not hold: see F8.")

    def filters(self, usual: Sequence[LineFilter]) -> Sequence[LineFilter]:
        """What finished lines go through, in place of the ``usual`` ones."""
        colours = [_COLOURS] if self._app.theme == ANSI_THEME else []
        usual = [each for each in usual if not isinstance(each, Monochrome | NoColor)]
        return [_SAFE, *usual, *colours, *self._filters]

    def change(self, key: str, value: object, kept: Callable[[], None] = lambda: None) -> None:
        """Let a value hold now, and keep it; the default, or None of a table's key, resets it.

        Args:
            key: of the setting.
            value: that is to hold.
            kept: called once it stands in the file.

        Raises:
            SettingError: the value cannot be one, or a variable of the environment fixes it.
        """
        if not self.opened.take(key, value):
            return
        self._apply(key)
        in_background(self._app, partial(self._keep, key, kept), f"setting {key}", only=False)

    async def _keep(self, key: str, kept: Callable[[], None]) -> None:
        try:
            said = await asyncio.to_thread(self.opened.keep, key)
        except LabError as error:
            self._warn(f"{key} holds until you leave, and could not be kept: {error}")
        else:
            kept()
            if said:
                self._warn(said)

    def _apply(self, key: str) -> None:
        compare, value = self._app.compare, self.opened.value
        if key == schema.THEME.key:
            self._use_theme()
        elif key == schema.ASCII.key:
            self._use_ascii()
        elif key == schema.ANIMATIONS.key:
            self._use_animations()
        elif key.startswith("keys."):
            in_background(self._app, self._app.keys.read, "keys")
        elif key == schema.CHAT_MODE.key:
            if compare.columns.chat != value(schema.CHAT_MODE):
                compare.action_mode()
        elif key.startswith("compare."):
            be_as_set(compare, OF_COMPARE)
            compare.use(compare.sampling)
        elif key.startswith(("chat.", "policies.")) and self._app.chat is not None:
            self._app.chat.session.be_as_set()
            self._app.chat.show_head()

    def _begin_with_theme(self) -> None:
        """Set the theme before the app runs.

        Without the reactive's watcher, which would parse and apply the whole stylesheet a second
        time before the first paint; a theme of the terminal's own colours needs it, for it also
        changes how lines are filtered.
        """
        app, name = self._app, self._wanted_theme
        if app.available_themes[name].ansi:
            app.theme = name
            return
        app.set_reactive(App.theme, name)
        dark = app.current_theme.dark
        classes = {"-dark-mode": dark, "-light-mode": not dark, f"-theme-{name}": True}
        app.update_classes(classes, update=False)
        app.stylesheet.set_variables(app.get_css_variables())

    @property
    def _wanted_theme(self) -> str:
        return ANSI_THEME if self.no_color else self.opened.value(schema.THEME)

    def _use_theme(self) -> None:
        if self._app.theme != self._wanted_theme:
            self._app.theme = self._wanted_theme

    def _theme_chosen(self, theme: Theme) -> None:
        """From the palette, or from here."""
        chosen = self.opened.value(schema.THEME)
        if self.no_color and theme.name != ANSI_THEME:
            self._app.theme = ANSI_THEME
            self._warn("NO_COLOR is set, so there are no themes to choose.")
        elif not self.no_color and theme.name != chosen:
            try:
                self.change(schema.THEME.key, theme.name)
            except SettingError as error:
                self._warn(f"{error} Until you leave, {theme.name} holds.")

    def _use_ascii(self) -> None:
        from tui.ascii import AsciiFilter, needs_ascii

        chosen = self.opened.value(schema.ASCII)
        # Without a terminal, as in a test, nothing is to be known of one.
        missing = not self._app.is_headless and not self._app.is_web and needs_ascii(os.environ)
        on = chosen == "on" or (chosen == "auto" and missing)
        if on != any(isinstance(f, AsciiFilter) for f in self._filters):
            self._filters = [f for f in self._filters if not isinstance(f, AsciiFilter)]
            self._filters += [AsciiFilter()] if on else []
            self._app.refresh_css(animate=False)

    def _use_animations(self) -> None:
        on = self.opened.value(schema.ANIMATIONS)
        self._app.animation_level = TEXTUAL_ANIMATIONS if on else "none"

    def _warn(self, words: str) -> None:
        self._app.notify(visible(words), severity="warning", timeout=15, markup=False)
