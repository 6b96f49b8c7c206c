"""What a tool call came to: a record that a model, a person and a program can all read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "ok",
    "empty",
    "error",
    "timeout",
    "limit",
    "blocked",
    "crashed",
    "unavailable",
    "denied",
    "cancelled",
]
"""``ok``: it ran. ``empty``: it ran and found nothing (a search without results). ``error``: what
was asked is wrong (a syntax error, a division by zero). ``timeout``; ``limit``: too much memory or
input, too many calls. ``blocked``: the jail refused something. ``crashed``: the process that ran it
died. ``unavailable``: the tool itself cannot work now (no network, no jail). ``denied``: a person
said no. ``cancelled``: nobody waits for it any more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ToolResult:
    """One call's result. All texts are sanitised: no control characters, bounded in length."""

    kind: Kind
    output: str = ""
    """What it printed or found, up to where it failed."""
    error: str = ""
    """One sentence or line: what went wrong; empty when nothing did."""
    elapsed_ms: float = 0.0
    tier: str = ""
    """How the call was contained, for tools that run code."""
    truncated: bool = False
    """Whether ``output`` was cut."""
    sources: tuple[str, ...] = ()
    """Where it was found: names of pages or addresses, for a person, never fetched."""

    @property
    def ok(self) -> bool:
        """Whether the tool did what it was asked to, be it in vain."""
        return self.kind in ("ok", "empty")

    @property
    def text(self) -> str:
        """What the model reads: the output, and after it the error. Never empty."""
        parts = [self.output] if self.output else []
        if self.error:
            parts.append(f"error: {self.error}")
        return "\n".join(parts) or "(no output)"
