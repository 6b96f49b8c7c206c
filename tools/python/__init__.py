"""A model's Python, in a jail: code from anywhere, run where it can do nothing but compute.

``jail`` is what others use: ``Jail.run`` for a program, ``Jail.call`` for symbolic maths on text
that nobody vouches for. ``tier`` names the ways to contain a program and ``choice`` finds out
which this machine has. ``cell`` runs programs in one tier; ``keeper`` holds the zygote, a process
that forks a child for each call, and ``talk`` is the conversation with one child. ``monty`` and
``macos`` are tiers of their own. ``inside`` is what runs beyond the wall.
"""

from __future__ import annotations

import threading

from tools.python.choice import probe
from tools.python.jail import Jail
from tools.python.tier import Tier, TierError
from tools.result import ToolResult
from tools.tool import Tool

__all__ = ["Jail", "Tier", "TierError", "probe", "python_tool"]

START, END = "<|python_start|>", "<|python_end|>"


def python_tool(jail: Jail) -> Tool:
    """The tool ``python``: the call's text is a program, run in ``jail``."""

    def run(text: str, cancelled: threading.Event) -> ToolResult:
        return jail.run(text, cancelled)

    return Tool(
        name="python",
        start=START,
        end=END,
        trust="jailed",
        doc="Run a Python program; what it prints, or the value of its last line, is the output.",
        function=run,
    )
