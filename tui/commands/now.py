"""All commands that would do something now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tui.commands import chat, compare, data, frame, pipeline, probes, rest, rl, tokens
from tui.commands.command import Command

if TYPE_CHECKING:
    from tui.app import LabApp

_PANES = (pipeline, data, tokens, compare, chat, probes, rl)


def available(app: LabApp) -> Iterator[Command]:
    """Those of the shown pane first, then those of the frame and of the other panes."""
    found = [command for module in (frame, *_PANES) for command in module.commands(app)]
    found += rest.commands(app, {command.binding for command in found})
    return iter(sorted(found, key=lambda command: command.pane != app.shown_pane))
