"""The keys that a course's sentences name, as they are now: a person may have chosen others."""

from __future__ import annotations

from collections.abc import Callable

_SAID = {"enter": "enter", "escape": "esc", "space": "space"}
"""In a sentence a word reads better than the sign of the footer."""


def key_words() -> Callable[[str], str]:
    """Says the first key of a binding by its id; one that there is not is called by its id.

    All panes are imported for it: call it in a thread.
    """
    from tui import settings
    from tui.keys.catalogue import all_bindings
    from tui.keys.choosing import check
    from tui.keys.names import shown_key

    bindings, chosen = all_bindings(), check(settings.keys()).keys

    def key_of(id_: str) -> str:
        bound = bindings.get(id_)
        if bound is None:
            return id_
        key = (*chosen.get(id_, ()), *bound.keys)[0]
        return _SAID.get(key) or shown_key(key)

    return key_of
