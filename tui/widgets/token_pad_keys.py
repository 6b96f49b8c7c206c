"""The keys of a text that is shown as tokens, and its help."""

from __future__ import annotations

from textual.binding import Binding, BindingType

HELP = """
## The text

Each colour, or each change of underlining, is one token. A dot is a space (**v** shows or hides
them), **↵** a line break, **⟨e4⟩** a byte that is no character by itself: a rare character is
several tokens.

**e**, **enter** or a double click begins to write, **escape** ends it. While reading, **← →** go
from token to token, and letters are keys of the pane. While writing, **shift** with an arrow
selects, **ctrl+c**, **ctrl+x** and **ctrl+v** copy, cut and paste, **ctrl+z** takes back and
**ctrl+y** makes it again, **ctrl+w** deletes a word, **f7** selects all.

The mouse looks at the token under it.
"""

_MOVES = (
    ("left", "-1", "char"),
    ("right", "1", "char"),
    ("up", "-1", "line"),
    ("down", "1", "line"),
    ("pageup", "-1", "page"),
    ("pagedown", "1", "page"),
    ("home", "-1", "edge"),
    ("end", "1", "edge"),
    ("ctrl+left", "-1", "word"),
    ("ctrl+right", "1", "word"),
    ("ctrl+home", "-1", "all"),
    ("ctrl+end", "1", "all"),
)

WRITING = frozenset(
    ("read", "delete", "delete_word", "undo", "redo", "cut_out", "paste", "select_all")
)
"""Actions that are there while a text is written."""

BINDINGS: list[BindingType] = [
    Binding("enter,e", "write", "write", key_display="e", id="pad.write"),
    Binding("escape", "read", "read", key_display="esc", id="pad.read"),
    *(
        Binding(key, f"move({by}, {what!r})", what, show=False, id=f"pad.{what}.{by}")
        for key, by, what in _MOVES
    ),
    *(
        Binding(
            f"ctrl+shift+{key[5:]}" if key.startswith("ctrl+") else f"shift+{key}",
            f"move({by}, {what!r}, True)",
            f"select {what}",
            show=False,
            id=f"pad.select.{what}.{by}",
        )
        for key, by, what in _MOVES
    ),
    Binding("backspace", "delete(-1)", "delete", show=False, id="pad.backspace"),
    Binding("delete", "delete(1)", "delete", show=False, id="pad.delete"),
    Binding("ctrl+w,alt+backspace", "delete_word", "delete word", show=False, id="pad.delete-word"),
    Binding("ctrl+z", "undo", "undo", show=False, id="pad.undo"),
    Binding("ctrl+y,ctrl+shift+z", "redo", "redo", show=False, id="pad.redo"),
    Binding("ctrl+c,super+c", "copy", "copy", show=False, id="pad.copy"),
    Binding("ctrl+x,super+x", "cut_out", "cut", show=False, id="pad.cut"),
    Binding("ctrl+v,super+v", "paste", "paste", show=False, id="pad.paste"),
    Binding("f7", "select_all", "select all", show=False, id="pad.select-all"),
]
