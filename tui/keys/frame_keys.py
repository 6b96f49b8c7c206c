"""The keys of the frame: they work in every pane, those with priority inside text as well."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from tui.widgets.top_bar import PANES

BINDINGS: list[BindingType] = [
    *(
        Binding(key, f"pane('{pane}')", f"go to {title}", show=False, id=f"pane.{pane}")
        for pane, (key, title) in PANES.items()
    ),
    Binding("f1", "help", "help", key_display="F1", priority=True, id="app.help"),
    Binding("f5", "course", "course", show=False, priority=True, id="app.course"),
    Binding("f6", "history", "history", show=False, priority=True, id="app.history"),
    Binding("f8", "settings", "settings", show=False, priority=True, id="app.settings"),
    Binding("f9", "export", "export", show=False, priority=True, id="app.export"),
    Binding("ctrl+o", "jump", "jump", key_display="^o", priority=True, id="app.jump"),
    Binding(
        "ctrl+p", "command_palette", "palette", key_display="^p", priority=True, id="app.palette"
    ),
    Binding("q", "quit", "quit", id="app.quit"),
    Binding("ctrl+q", "quit", "quit", show=False, priority=True, id="app.leave"),
]

OF_PANES = frozenset({"pane", "course", "history", "settings", "export", "command_palette"})
"""Actions that lead away from what is shown: a dialog is closed first."""
