"""Commands of the RL pane; starting, pausing and stopping are those of all trainings."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from tui.commands.command import Command
from tui.widgets.rl_head import LATEST

if TYPE_CHECKING:
    from tui.app import LabApp


def commands(app: LabApp) -> Iterator[Command]:
    """Which run, which step, before and after."""
    pane = app.rl_pane
    shown = pane.watch_rl.shown if pane is not None else None
    if pane is None or shown is None:
        return
    name = "Runs of reinforcement learning ..."
    yield Command(name, "", pane.action_list, "rl.list", "rl")
    if shown.step is not None:
        latest, before = partial(pane.action_step, LATEST), partial(pane.action_view, "before")
        yield Command("Follow the newest step", "", latest, "rl.latest", "rl")
        yield Command("Ask the problem before and after", "", before, "rl.before", "rl")
