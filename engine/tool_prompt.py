"""How a conversation says which tools there are. Imports no torch.

The line is part of the protocol: the shipped assistant was trained with and without it, and calls
only what it names.
"""

from __future__ import annotations

from collections.abc import Iterable

TOOL_NAMES = ("calc", "python", "search")
"""The tools that the lab's models learn to call."""


def tools_line(names: Iterable[str]) -> str:
    """The text of the system turn that offers tools: ``Tools: calc, python, search.``"""
    return f"Tools: {', '.join(names)}."
