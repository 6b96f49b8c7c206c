"""Kills the app at random moments: what was on the screen as kept has to be on the disk.

A training and a probe go on meanwhile; each app that is started has to show them going on, and the
last one has to stop the training.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tui.bench.kill import course
from tui.bench.kill.person import Person
from tui.bench.kill.seen import Seen
from tui.bench.kill.subjects import WATCHED
from tui.bench.kill.visit import Visit
from tui.bench.kill.watched import Home
from tui.state.state import State

Narrate = Callable[[str], None]


@dataclass
class Tally:
    """What was seen over all kills."""

    shown: dict[str, int] = field(default_factory=lambda: {each.name: 0 for each in WATCHED})
    missing: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    attached: int = 0
    """Starts after which all that goes on was shown as going on."""

    def compare(self, seen: Seen, killed_at: float, home: Home) -> None:
        """Look on the disk for everything that was shown."""
        home.state.database.check()
        self.damaged += home.state.database.take_notices()
        for each in WATCHED:
            due = seen.confirmed(each, killed_at)
            self.shown[each.name] += len(due)
            self.missing += sorted(f"{each.name}: {item}" for item in due - each.kept(home))


def run_kill_bench(
    narrate: Narrate = lambda words: None, *, times: int = 50, seed: int = 0, most_s: float = 14.0
) -> dict[str, Any]:
    """Start the app, use it and kill it, again and again with the same home.

    Args:
        narrate: told of each kill.
        times: how often.
        seed: of the moments and of what is done.
        most_s: how long it is used at most before it is killed.

    Returns:
        ``kills``; by name how many of each thing that is watched stood on the screens as kept
        (``shown``), and which of them are ``missing``; ``damaged``, what was wrong with the
        database; ``attached``, after how many starts what goes on was shown getting on, and
        ``stopped``, whether the last app could stop the training.

    Raises:
        LabError: the app did not start, or there are no pseudo-terminals.
    """
    tally, person = Tally(), Person(random.Random(seed))
    # What goes on writes until it is stopped, and ends by itself when its folder is gone.
    with tempfile.TemporaryDirectory(prefix="llmlab-kill-", ignore_cleanup_errors=True) as folder:
        home = Path(folder).resolve() / "home"
        course.write(course.folder_of(home))
        for number in range(times):
            before = sum(tally.shown.values())
            visit = Visit(home, person)
            tally.attached += visit.until_killed(most_s)
            state = State(home / "lab.sqlite")
            with closing(state.database):
                tally.compare(visit.seen, visit.killed_at, Home(home, state))
            narrate(
                f"kill {number + 1} of {times}: {sum(tally.shown.values()) - before} things were "
                f"shown as kept; {len(tally.missing)} missing so far, what goes on was attached "
                f"{tally.attached} times"
            )
        stopped = Visit(home, person).stops_training()
    return {
        "kills": times,
        "shown": tally.shown,
        "attached": tally.attached,
        "stopped": stopped,
        "missing": tally.missing,
        "damaged": tally.damaged,
    }
