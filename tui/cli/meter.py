"""How a command of the command line tells that something large comes in."""

from __future__ import annotations

import sys
import time

from tui.cli.output import narrate, printable

SHOW_S = 0.5
SHOW_ELSEWHERE_S = 2.0
"""Where it is no terminal, each showing is a line of its own: in a log, or in the app."""


class Meter:
    """A line on stderr that is written over on a terminal, and seldom elsewhere."""

    def __init__(self) -> None:
        self._shown = float("-inf")
        self._open = False
        """Whether the line is still to be written over."""

    def __call__(self, what: str, done: int, total: int) -> None:
        """Show that ``done`` of ``total`` bytes are done; without a total, ``what`` is a remark."""
        if not total:
            self.close()
            narrate(what)
            return
        pause = SHOW_S if sys.stderr.isatty() else SHOW_ELSEWHERE_S
        if time.monotonic() - self._shown < pause and done < total:
            return
        self._shown = time.monotonic()
        line = f"{what}: {done / 1e6:,.0f} of {total / 1e6:,.0f} MB"
        if sys.stderr.isatty():
            self._open = done < total
            end = "" if self._open else "\n"
            print(f"\r{printable(line)}\x1b[K", end=end, file=sys.stderr, flush=True)
        else:
            narrate(line)

    def close(self) -> None:
        """Begin a new line if one is still open."""
        if self._open:
            print(file=sys.stderr, flush=True)
            self._open = False
