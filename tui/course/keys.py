"""The keys that a course's sentences name, as they are now: a person may have chosen others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.keys.names import shown_key

if TYPE_CHECKING:
    from tui.keys.lab_keys import LabKeys

_SAID = {"enter": "enter", "escape": "esc", "space": "space"}
"""In a sentence a word reads better than the sign of the footer."""


def key_word(keys: LabKeys, id_: str) -> str:
    """The first key of a binding; one that there is not is called by its id."""
    if id_ not in keys:
        return id_
    key = keys.of(id_)[0]
    return _SAID.get(key) or shown_key(key)
