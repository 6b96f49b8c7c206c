"""The frame's commands: to go elsewhere, and what holds in every pane."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from tui.commands.command import Command
from tui.widgets.top_bar import PANES

if TYPE_CHECKING:
    from tui.app import LabApp

_ACTIONS = (
    ("Jump to ...", "a letter on everything that one can go to", "jump", "app.jump"),
    ("Course", "the lecture, step by step", "course", "app.course"),
    ("History ...", "search everything that was said and asked", "history", "app.history"),
    ("Settings ...", "all that can be chosen", "settings", "app.settings"),
    ("Keys ...", "see and change what each key does", "keys", ""),
    ("Export what is shown ...", "Markdown, JSONL, CSV, a picture", "export", "app.export"),
    ("Help", "for what has the focus", "help", "app.help"),
    ("Theme ...", "light, dark, high contrast, the terminal's own", "change_theme", ""),
    ("Back to the shell", "the lab waits; fg goes on with it", "suspend_process", ""),
    ("Quit", "runs and the engine go on", "quit", "app.quit"),
)
"""Name, help, action, and the id of its binding."""


def commands(app: LabApp) -> Iterator[Command]:
    """Panes, then the rest."""
    for pane, (_, title) in PANES.items():
        if app.shown_pane != pane:
            yield Command(f"Go to {title}", "", partial(app.action_pane, pane), f"pane.{pane}")
    for name, about, action, binding in _ACTIONS:
        yield Command(name, about, partial(app.run_action, action), binding)
    about = "ends one that hangs; answers on their way break off"
    yield Command("Restart the engine", about, app.engine_care.restart)
    below = app.screen_stack[0]
    if below.maximized is not None:
        yield Command("Back from the whole screen", "", below.minimize)
    elif below.focused is not None and below.focused.allow_maximize:
        yield Command("Whole screen for what has the focus", "", below.action_maximize)
