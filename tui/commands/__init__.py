"""What the command palette offers: one module a pane, each asks what would do something now."""

from __future__ import annotations

from tui.commands.command import Command
from tui.commands.now import available
from tui.commands.palette import LabCommands

__all__ = ["Command", "LabCommands", "available"]
