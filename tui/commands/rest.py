"""What else the shown pane has keys for: every one of them can be found by its words as well."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial
from typing import TYPE_CHECKING

from textual.actions import parse

from tui.commands.command import Command

if TYPE_CHECKING:
    from tui.app import LabApp


_DECIDED = frozenset(
    {
        *("compare.stop", "compare.add", "compare.remove"),
        *("chat.stop", "chat.export", "probes.stop", "probes.resume", "probes.export"),
        *("rl.list", "rl.latest", "rl.before", "rl.pause", "rl.resume", "rl.stop"),
        *("data.list", "data.what-if", "data.stop", "data.resume"),
    }
)
"""Ids of bindings of which the pane's own module knows better whether they would do something."""


def commands(app: LabApp, known: Collection[str]) -> Iterator[Command]:
    """Those of its bindings that would do something.

    Args:
        app: whose pane is shown.
        known: ids of bindings that have a command already.
    """
    from tui.keys.catalogue import keys_of  # Not before the palette is opened.

    pane = app.query_one(f"#{app.shown_pane}")
    seen = _DECIDED.union(known)
    for binding, _ in keys_of(type(pane)).values():
        if binding.id is None or binding.id in seen or not binding.description:
            continue
        seen |= {binding.id}
        _, action, parameters = parse(binding.action)
        if pane.check_action(action, parameters):
            name = binding.description[0].upper() + binding.description[1:]
            run = partial(app.run_action, binding.action, pane)
            yield Command(name, "", run, binding.id, app.shown_pane)
