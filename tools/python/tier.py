"""How a model's Python can be contained on this machine, from best to worst."""

from __future__ import annotations

from enum import IntEnum


class Tier(IntEnum):
    """A way to contain a program; the lower the number, the tighter."""

    NAMESPACES = 1
    LANDLOCK = 2
    MACOS = 3
    MONTY = 4
    LIMITS = 5

    @property
    def text(self) -> str:
        """What contains the program, for people."""
        return _TEXTS[self]


_TEXTS = {
    Tier.NAMESPACES: "namespaces + Landlock + seccomp + rlimits",
    Tier.LANDLOCK: "Landlock + seccomp + rlimits",
    Tier.MACOS: "macOS sandbox-exec + rlimits (never tried by its authors)",
    Tier.MONTY: "Monty, an interpreter of a part of Python",
    Tier.LIMITS: "rlimits only, no jail",
}


class TierError(Exception):
    """A tier that this machine does not have; ``str(error)`` is a sentence that says why."""
