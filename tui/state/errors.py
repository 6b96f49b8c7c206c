"""What can go wrong with the state."""

from __future__ import annotations

from engine.errors import LabError


class StateError(LabError):
    """Something that cannot be kept or read; it stays on the screen."""
