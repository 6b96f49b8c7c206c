"""What stood on the screens of one visit as kept, and since when."""

from __future__ import annotations

from collections.abc import Sequence

from tui.bench.kill.screen import Lines
from tui.bench.kill.watched import NOTHING, Items, Watched


class Seen:
    """Looks at screens, one after the other."""

    def __init__(self, watched: Sequence[Watched]) -> None:
        self._watched = watched
        self._first: dict[str, dict[str, float]] = {each.name: {} for each in watched}
        """By name, when each item was seen first."""
        self._last: dict[str, Items] = {}

    def look(self, lines: Lines, now: float) -> None:
        """Take what stands on a screen.

        Args:
            lines: of the screen.
            now: seconds, by the clock of :meth:`confirmed`.
        """
        for each in self._watched:
            items = self._last[each.name] = each.shown(lines)
            for item in items:
                self._first[each.name].setdefault(item, now)

    def confirmed(self, watched: Watched, killed_at: float) -> Items:
        """What has to be there when the app was killed at that time."""
        first = self._first[watched.name]
        due = frozenset(item for item in first if first[item] + watched.after_s <= killed_at)
        return due & self._last.get(watched.name, NOTHING) if watched.stands else due
