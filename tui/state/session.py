"""Where somebody left off: the pane that was shown, and what each pane remembers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.errors import LabError
from tui.state.clock import now
from tui.state.database import Database

_FRAME = ""
"""The row of the frame itself: a pane's name is never empty."""


@dataclass(frozen=True, slots=True)
class Session:
    """What there is to come back to."""

    shown: str = ""
    """The pane that was shown, empty at the first start."""
    memories: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By pane, what its ``memory`` returned."""


class SessionState:
    """The last visit; of several llmlabs at once, the one that wrote last."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self) -> Session:
        """What was kept, but for what is damaged of it. Raises StateError."""
        rows = self._database.read(
            lambda database: database.execute("SELECT pane, memory FROM session").fetchall()
        )
        found = {pane: _table(memory) for pane, memory in rows}
        shown = found.pop(_FRAME, {}).get("shown", "")
        return Session(shown if isinstance(shown, str) else "", found)

    def write(self, shown: str, memories: Mapping[str, str]) -> None:
        """Keep the pane that is shown, and the memories (as JSON) of some panes.

        Raises:
            StateError: they cannot be written.
        """
        rows = [(_FRAME, json.dumps({"shown": shown}), now())]
        rows += [(pane, memory, now()) for pane, memory in memories.items()]
        self._database.write(
            lambda database: database.executemany(
                "INSERT OR REPLACE INTO session VALUES (?, ?, ?)", rows
            )
        )


def _table(text: str) -> dict[str, Any]:
    from engine import wire

    try:
        value = wire.loads(text)
    except LabError:
        return {}  # A damaged memory costs only itself.
    return value if isinstance(value, dict) else {}
