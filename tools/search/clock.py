"""Time as the search tool sees it, so that tests can put another in its place."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass


def _wait(event: threading.Event, seconds: float) -> bool:
    return event.wait(seconds)


@dataclass(frozen=True, kw_only=True, slots=True)
class Clock:
    """Two clocks and a way to wait."""

    wall: Callable[[], float] = time.time
    """Seconds since 1970: for what outlives the process."""
    monotonic: Callable[[], float] = time.monotonic
    """Seconds that never jump: for everything else."""
    wait: Callable[[threading.Event, float], bool] = _wait
    """Wait until the event is set or the seconds are over; returns whether it is set."""

    def time_of_day(self, seconds: float) -> str:
        """The local time ``seconds`` from now, as ``14:03:22``."""
        return time.strftime("%H:%M:%S", time.localtime(self.wall() + seconds))
